"""An example of YAML for the parts of a recipe, as `curate recipe --explain KEY` shows them.

example("judge.keep.weighted")  ->  what stands for `judge.keep`, the nearest part above it that has one
"""

from collections.abc import Mapping

EXAMPLES: Mapping[str, str] = {
    "name": "name: my-recipe\n",
    "version": "version: 1.0.0\n",
    "models": """\
models:
  teacher:
    model: deepseek-reasoner
    base_url: https://api.deepseek.com
    api_key_env: DEEPSEEK_API_KEY
    price: {input: 0.55, output: 2.19}
  judge: {serve: vllm, model: Qwen/Qwen2.5-72B-Instruct, args: [--tensor-parallel-size, "4"]}
""",
    "models.sampling": """\
models:
  teacher:
    model: deepseek-reasoner
    base_url: https://api.deepseek.com
    sampling: {temperature: 0.6, top_p: 0.95, max_tokens: 16384}
""",
    "sources": """\
sources:
  - {use: finqa, from: data/finqa/train.json, split: train, limit: 3000}
  - {use: table, name: mine, from: "data/*.csv", columns: {question: ask, gold: truth}}
""",
    "sources.filter": """\
models:
  small: {serve: vllm, model: Qwen/Qwen2.5-7B-Instruct}
sources:
  - {use: cflue, from: data/cflue.json, filter: {difficulty: [small], ambiguity: small}}
""",
    "sources.convert": """\
sources:
  - {use: cflue, from: data/cflue.json, convert: mcq_to_open}
""",
    "screen": "screen: {duplicates: 0.85, languages: [zh], private: drop}\n",
    "screen.overlap": """\
screen:
  overlap:
    against:
      - {use: finqa, name: finqa_test, from: data/finqa/test.json, split: test}
""",
    "distil": """\
models:
  teacher: {model: deepseek-reasoner, base_url: "https://api.deepseek.com"}
distil: {by: teacher, attempts: 3}
""",
    "check": """\
models:
  judge: {serve: vllm, model: Qwen/Qwen2.5-72B-Instruct}
check: {by: [rules, judge], preset: dianjin}
""",
    "judge": """\
models:
  judge: {serve: vllm, model: Qwen/Qwen2.5-72B-Instruct, structured: json_schema}
judge: {by: [rules, judge], panel: unanimity, keep: all}
""",
    "judge.criteria": """\
judge:
  criteria: {name: mine, use: [internal_consistency, step_count]}
""",
    "judge.keep": "judge:\n  keep: {weighted: {step_count: 2}, at_least: 7}\n",
    "judge.rules": "judge:\n  rules: {min_steps: 4}\n",
    "budget": "budget: {calls: 10000, tokens: 50000000}\n",
    "split": "split: {validation: 0.02, seed: 17}\n",
    "split.sft": "split:\n  sft:\n    caps: {modules: {reasoning_business: 2000}}\n",
    "split.rl": """\
models:
  student: {serve: vllm, model: Qwen/Qwen2.5-7B-Instruct}
split:
  rl:
    difficulty: {model: student, samples: 8, keep: [0.1, 0.9]}
""",
    "publish": "publish: {repo: my-org/my-data, licence: cc-by-nc-4.0, private: true}\n",
}


def example(key: str) -> str:
    """The example for a key, or for the nearest part above it that has one; key: as `Key.plain` writes it."""
    while key not in EXAMPLES and "." in key:
        key = key.rpartition(".")[0]
    return EXAMPLES.get(key, "")
