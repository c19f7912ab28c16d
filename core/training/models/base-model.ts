import type { RendererName } from '../../recipe/choices.js';
import type { TokenizerName } from './control-tokens.js';

/** What is known of a base model. What a server offers is known from its capabilities alone. */
export interface BaseModel {
  /** Without a suffix such as `:peft:262144`, which names a variant of the same model. */
  readonly name: string;
  /** The renderers that fit, the best first. */
  readonly renderers: readonly [RendererName, ...RendererName[]];
  /**
   * Where its tokenizer is: a Hub id, with `@revision` where the reference pins one, or a name without `/`
   * of one that comes with Headrace. Absent where the server brings it.
   */
  readonly tokenizer?: string;
  /** Which tokenizer that is, for the ids of its control tokens. Absent where the server brings it. */
  readonly vocabulary?: TokenizerName;
  readonly hiddenSize: number;
  /** The longest sequence under the bare name, in tokens. Absent: not offered under it, or not known. */
  readonly context?: number;
  /** The longest sequence under `<name>:peft:<longContext>`. Absent: there is no such variant. */
  readonly longContext?: number;
  /** True where Tinker no longer offers it. */
  readonly retired?: boolean;
}

/** Models of one owner with the same renderers and tokenizer. */
export interface ModelFamily extends Required<Pick<BaseModel, 'renderers' | 'vocabulary'>> {
  /** On the Hub, and in the names of the models. */
  readonly owner: string;
  /** @default each model's own copy on the Hub */
  readonly tokenizer?: string;
  /** By their names without the owner. */
  readonly models: Readonly<
    Record<string, Pick<BaseModel, 'hiddenSize' | 'context' | 'longContext' | 'retired'>>
  >;
}
