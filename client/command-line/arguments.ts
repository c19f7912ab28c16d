import { InvalidArgumentError, Option } from 'commander';

/** Help texts of the arguments that most commands take. */
export const recipeHelp = 'a recipe file, for instance recipes/stage1-small.yaml';
export const runHelp = "the recipe's name";
export const sourceHelp = "the source's name in the recipe";

/** Returns the option `--set key=value`, which is repeatable. */
export function setOption(): Option {
  return new Option('--set <key=value>', 'set a key of the recipe, e.g. --set train.epochs=2; repeatable')
    .argParser(collect)
    .default([], 'nothing');
}

/** Parses a repeatable option into a list. */
export function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

/** Parses a whole number of 0 or more. @throws {InvalidArgumentError} */
export function integer(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('expected a whole number.');
  return Number(text);
}

/** Parses a whole number of 1 or more. @throws {InvalidArgumentError} */
export function positiveInteger(text: string): number {
  const value = integer(text);
  if (value === 0) throw new InvalidArgumentError('expected a whole number of 1 or more.');
  return value;
}

/** Parses a number of 0 or more. @throws {InvalidArgumentError} */
export function number(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0)
    throw new InvalidArgumentError('expected a number of 0 or more.');
  return value;
}

/** Returns a parser of one of `names`. */
export function oneOf<Name extends string>(names: readonly Name[]): (text: string) => Name {
  return (text) => {
    const found = names.find((name) => name === text);
    if (found === undefined) throw new InvalidArgumentError(`expected one of ${names.join(', ')}.`);
    return found;
  };
}

/** Parses a number from 0 to 1. @throws {InvalidArgumentError} */
export function fraction(text: string): number {
  const value = number(text);
  if (value > 1) throw new InvalidArgumentError('expected a number from 0 to 1.');
  return value;
}
