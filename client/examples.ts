import type { Command } from 'commander';

/** What `--help` of each command shows, by its words after `headrace`. A command without an example does not start. */
const examples: Readonly<Record<string, readonly (readonly [command: string, what: string])[]>> = {
  start: [
    ['start recipes/stage1-small.yaml --wait', 'a run, followed to its end'],
    [
      'start recipes/stage1.yaml --set review=true --rows-per-source 200 --wait',
      'a small mix to look at first',
    ],
    [
      'start recipes/stage1.yaml --set train.max_steps=20 --json',
      'ids for a script; the run goes on by itself',
    ],
    ['start recipes/stage1.yaml --from tinker://…/weights/warmup', 'begin with saved weights'],
  ],
  watch: [['watch stage1', 'bars, losses, checkpoints; Ctrl-C leaves the run alone']],
  status: [
    ['status stage1', ''],
    ['status stage1 --json', 'the whole state, for a script'],
  ],
  list: [
    ['list', ''],
    ['list --json', 'a JSON line for each run'],
  ],
  cancel: [['cancel stage1 --wait', 'and wait until the training has saved']],
  'retry-source': [['retry-source stage1 lmsys', 'after the terms were accepted, the key was set, …']],
  'skip-source': [['skip-source stage1 magpie', '']],
  'retry-stage': [['retry-stage stage1 train', 'after the billing was settled, the key was set, …']],
  approve: [['approve stage1 --note "reads well"', '']],
  reject: [['reject stage1 --note "too much code in lmsys"', '']],
  pause: [['pause stage1', 'training saves a checkpoint first']],
  resume: [['resume stage1', '']],
  save: [['save stage1', '']],
  'replace-source': [
    ['replace-source stage1 magpie --revision 0b2e1c4', 'another commit'],
    ['replace-source stage1 lmsys --files "lmsys/*.parquet"', 'what is on the disk instead of the Hub'],
  ],
  'change-caps': [['change-caps stage1 ultrachat=50000 lmsys=20%', '']],
  review: [['review stage1', '']],
  report: [['report stage1', 'prints the path of report.html']],
  trace: [
    ['trace stage1 17', 'line 17 of train.jsonl'],
    ['trace stage1 3 --heldout --json', ''],
  ],
  checkpoints: [
    ['checkpoints stage1', ''],
    ['checkpoints stage1 keep stage1-000150', 'no time to live any more'],
    ['checkpoints stage1 rm stage1-000050', ''],
    ['checkpoints stage1 export stage1-final --to adapters/stage1', 'a PEFT adapter'],
  ],
  sample: [
    ['sample stage1 "What should I read next?"', 'the newest checkpoint'],
    ['sample stage1 "What should I read next?" --base', 'the base model, to compare'],
  ],
  mix: [['mix recipes/stage1.yaml --rows-per-source 200', 'the same bytes as in a run']],
  doctor: [
    ['doctor', 'this machine, Temporal, the worker'],
    ['doctor recipes/stage1.yaml', 'and every source, the base model, the disk'],
  ],
  plan: [
    ['plan recipes/stage1.yaml', ''],
    ['plan recipes/stage1.yaml --explain --json', ''],
  ],
  preview: [['preview recipes/stage1.yaml --source lmsys -n 3', '']],
  cache: [['cache ls', '']],
  'cache ls': [['cache ls', '']],
  'cache verify': [['cache verify --repair', 'what is damaged is made anew by the next run']],
  'cache gc': [['cache gc --keep-days 14 --dry-run', '']],
  worker: [['worker', 'with HF_TOKEN and TINKER_API_KEY in its environment']],
  dev: [['dev', 'then, in another terminal: npx headrace start recipes/demo.yaml --wait']],
  'dev temporal': [['dev temporal --port 7233 --ui-port 8233', '']],
  'dev hub': [['dev hub --port 9000', 'then HF_ENDPOINT=http://127.0.0.1:9000']],
  'dev tinker': [['dev tinker --port 9001', 'then TINKER_BASE_URL=http://127.0.0.1:9001']],
  demo: [
    ['demo', ''],
    ['demo --keep', 'keeps the servers, for a look at the Temporal UI'],
  ],
  'store-id': [['store-id', '']],
  schema: [['schema > recipe.schema.json', '']],
};

/** Adds the examples to the help of every command below `program`. @throws where a command has none. */
export function addExamples(program: Command, path: readonly string[] = []): void {
  for (const command of program.commands) {
    const words = [...path, command.name()];
    const name = words.join(' ');
    const given = examples[name];
    if (given === undefined) throw new Error(`The command ${name} has no example in client/examples.ts`);
    const width = Math.max(...given.map(([text]) => text.length));
    const lines = given.map(([text, what]) =>
      `  $ npx headrace ${text.padEnd(width)}${what === '' ? '' : `  # ${what}`}`.trimEnd(),
    );
    command.addHelpText('after', `\nExample${given.length === 1 ? '' : 's'}:\n${lines.join('\n')}`);
    addExamples(command, words);
  }
}
