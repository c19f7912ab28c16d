/**
 * Dataset cards of the demo Hub. Tools read the YAML; the text states that this is not the real
 * dataset.
 */

const notReal = (id: string): string => `
Small invented texts in the schema of [${id}](https://huggingface.co/datasets/${id}), for demos and tests of Headrace.
Nothing here comes from the real dataset. \`dev/corpora\` makes it.
`;

const dataFiles = `configs:
- config_name: default
  data_files:
  - split: train
    path: data/train-*
`;

export const hubCards = {
  prosocial: `---
language:
- en
license: cc-by-4.0
pretty_name: ProsocialDialog (demo)
size_categories:
- n<1K
---
${notReal('allenai/prosocial-dialog')}`,
  lmsys: `---
license: other
pretty_name: LMSYS-Chat-1M (demo)
size_categories:
- n<1K
extra_gated_prompt: Ask the local Hub for access to see how a gated dataset behaves.
${dataFiles}---
${notReal('lmsys/lmsys-chat-1m')}`,
  magpie: `---
language:
- en
license: llama3.1
pretty_name: Magpie-Llama-3.1-Pro-300K-Filtered (demo)
size_categories:
- n<1K
${dataFiles}---
${notReal('Magpie-Align/Magpie-Llama-3.1-Pro-300K-Filtered')}`,
} as const;

/** Settings of the local Hub; dev/hub/README.md explains the keys. */
export const hubSettings = {
  lmsys: `${JSON.stringify({ gated: 'manual', accepted: ['demo'] }, null, 2)}\n`,
} as const;
