//! The tables behind [`words`](super::words).

/// The environments τ-bench and τ²-bench ship.
pub(super) const ENVS: [&str; 3] = ["airline", "retail", "telecom"];

/// Token sequences that name a strategy, longest first where one begins another.
pub(super) const STRATEGIES: [(&[&str], &str); 10] = [
    (&["tool", "calling"], "tool-calling"),
    (&["function", "calling"], "tool-calling"),
    (&["toolcalling"], "tool-calling"),
    (&["fc"], "tool-calling"),
    (&["few", "shot"], "few-shot"),
    (&["fewshot"], "few-shot"),
    (&["re", "act"], "react"),
    (&["react"], "react"),
    (&["act"], "act"),
    (&["tool", "call"], "tool-calling"),
];

/// Strategies of forks; a file may be named after one, a folder of that name may hold anything.
pub(super) const FORK_STRATEGIES: [(&[&str], &str); 7] = [
    (&["assertions", "agent"], "assertions-agent"),
    (&["multi", "agent"], "multi-agent"),
    (&["single", "agent"], "single-agent"),
    (&["one", "shot"], "one-shot"),
    (&["zero", "shot"], "zero-shot"),
    (&["rule", "based"], "rule-based"),
    (&["reflexion"], "reflexion"),
];

/// Model families whose name alone is proof, also with a version glued on (`qwen3`, `gpt4o`).
pub(super) const FAMILIES: [&str; 38] = [
    "gpt",
    "chatgpt",
    "claude",
    "sonnet",
    "opus",
    "haiku",
    "qwen",
    "qwq",
    "llama",
    "codellama",
    "gemini",
    "gemma",
    "mistral",
    "mixtral",
    "ministral",
    "magistral",
    "codestral",
    "devstral",
    "pixtral",
    "deepseek",
    "grok",
    "phi",
    "glm",
    "chatglm",
    "kimi",
    "granite",
    "nemotron",
    "minimax",
    "olmo",
    "jamba",
    "dbrx",
    "xlam",
    "internlm",
    "smollm",
    "vicuna",
    "exaone",
    "hunyuan",
    "yi",
];

/// Families that are also words: only with the following token as proof (`command-r`, `nova-pro`).
pub(super) const FAMILY_PAIRS: [(&str, &[&str]); 3] = [
    ("command", &["r", "r7b", "a", "light", "nightly"]),
    ("nova", &["micro", "lite", "pro", "premier"]),
    ("yi", &["34b", "9b", "6b", "1.5", "large", "lightning"]),
];

/// Families that need a version glued on or following, since the bare name says too little.
pub(super) const OPENAI_REASONERS: [&str; 4] = ["o1", "o3", "o4", "o5"];

/// Words that continue a model's name across `_`.
pub(super) const SUFFIXES: [&str; 34] = [
    "instruct",
    "chat",
    "base",
    "it",
    "mini",
    "nano",
    "turbo",
    "pro",
    "flash",
    "lite",
    "preview",
    "sonnet",
    "opus",
    "haiku",
    "coder",
    "thinking",
    "reasoning",
    "reasoner",
    "fast",
    "small",
    "medium",
    "large",
    "distill",
    "vl",
    "oss",
    "awq",
    "gptq",
    "fp8",
    "int4",
    "int8",
    "bf16",
    "gguf",
    "latest",
    "exp",
];

/// Makers that stand before a family with `-` (`Meta-Llama-3`).
pub(super) const MAKERS: [&str; 10] =
    ["meta", "openai", "anthropic", "google", "amazon", "nvidia", "microsoft", "mistralai", "xai", "nous"];

/// Words of every-day file names that end a model's name.
pub(super) const NOISE: [&str; 46] = [
    "run",
    "runs",
    "trial",
    "trials",
    "result",
    "results",
    "output",
    "outputs",
    "out",
    "log",
    "logs",
    "test",
    "tests",
    "train",
    "dev",
    "val",
    "validation",
    "eval",
    "evals",
    "evaluation",
    "full",
    "final",
    "all",
    "seed",
    "seeds",
    "temp",
    "temperature",
    "task",
    "tasks",
    "checkpoint",
    "ckpt",
    "template",
    "conversation",
    "conversations",
    "trajectory",
    "trajectories",
    "history",
    "historical",
    "data",
    "json",
    "range",
    "user",
    "agent",
    "vs",
    "and",
    "refined",
];
