/**
 * Sources for data sets that many people use. test/activities/data-sets converts rows in the schema of each
 * by these lines, as docs/recipe.md shows them.
 */
export const dataSetRecipes = `sources:
  # Chats. \`prompt\` of UltraChat is a copy of the first message, and is not counted as not read.
  - { name: ultrachat, dataset: HuggingFaceH4/ultrachat_200k, split: train_sft }
  - name: lmsys
    dataset: lmsys/lmsys-chat-1m
    filter: { language: English, redacted: false, flagged: false }
  - name: magpie
    dataset: Magpie-Align/Magpie-Llama-3.1-Pro-300K-Filtered
    filter: { language: EN, input_quality: [good, excellent] }
  - { name: prosocial, dataset: allenai/prosocial-dialog }
  - { name: tulu, dataset: allenai/tulu-3-sft-mixture }

  # System prompts in a column or in the list. The weights of SlimOrca train what is trained anyway.
  - { name: openorca, dataset: Open-Orca/OpenOrca, data_files: 1M-GPT4-Augmented.parquet }
  - { name: slimorca, dataset: Open-Orca/SlimOrca }
  - { name: openhermes, dataset: teknium/OpenHermes-2.5 }
  # Each row is JSON in a text, each skill a split. Many system messages are blank: they are left out and counted.
  - { name: agentinstruct, dataset: microsoft/orca-agentinstruct-1M-v1, data_files: data/*.parquet }
  # As prompt and response, \`context\` would be counted as not read.
  - name: dolly
    dataset: databricks/databricks-dolly-15k
    format: alpaca
    fields: { input: context, output: response }

  # Tools and calls. In Hermes and ToolACE the calls are markup in the words, and stay there.
  - { name: hermes-calls, dataset: NousResearch/hermes-function-calling-v1, config: func_calling }
  - name: xlam
    dataset: Salesforce/xlam-function-calling-60k
    fields: { prompt: query, tool_calls: answers }
  - { name: toolace, dataset: Team-ACE/ToolACE }
  # A fine-tuning file of OpenAI: tools, calls, results, and \`weight: 0\` on answers that are not trained.
  - { name: openai, files: data/openai_fine_tuning.jsonl }

  # Reasoning in a column of its own.
  - name: openthoughts
    dataset: open-thoughts/OpenThoughts-114k
    config: metadata
    fields: { prompt: problem, response: deepseek_solution, reasoning: deepseek_reasoning }

  # TRL's prompt and completion, each a text or a list of messages. Answers in a prompt are context.
  - { name: trl, files: data/trl_prompt_completion.jsonl }
`;
