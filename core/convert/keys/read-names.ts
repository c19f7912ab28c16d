import type { ConversionRules } from '../conversion-rules.js';
import { messageListOf, type OptionalField } from '../layout.js';

/** The names that each optional part of a conversation is read from, the first one first. */
export interface ReadNames {
  /** Of columns. */
  readonly row: Readonly<Record<'system' | 'tools' | 'history' | 'reasoning' | 'toolCalls', Names>>;
  /** Of keys of listed messages. */
  readonly message: MessageNames;
}

/** The names of the keys that are read of a message. */
export type MessageNames = Readonly<
  Record<'reasoning' | 'toolCalls' | 'functionCall' | 'weight' | 'toolCallId' | 'name', Names>
>;
type Names = readonly string[];

const reasoningNames = ['reasoning_content', 'reasoning', 'thinking'];
const weightNames = ['weight', 'loss', 'train', 'trainable', 'loss_mask', 'loss_weight', 'loss_scale'];

/** The names that are read under `rules`. */
export function readNames({ layout, ignore = [] }: ConversionRules): ReadNames {
  const list = messageListOf(layout);
  const isPair = list === undefined && layout.format !== 'prosocial';
  const hasLists = list !== undefined || layout.format === 'prompt-response';
  const columns = new Set(Object.values(layout.columns));
  /** `fields` names one key in place of all aliases. */
  const names = (field: OptionalField | undefined, ...aliases: Names): Names => {
    const named = field === undefined ? undefined : layout.columns[field];
    return named === undefined ? aliases.filter((name) => !ignore.includes(name)) : [named];
  };
  const ofRow = (field: OptionalField, ...aliases: Names): Names =>
    names(field, ...aliases.filter((name) => !columns.has(name)));
  const when = (condition: boolean, found: Names): Names => (condition ? found : []);
  const isConversation = layout.format !== 'prosocial';
  return {
    row: {
      system: when(isConversation, ofRow('system', 'system', 'system_prompt')),
      tools: when(isConversation, ofRow('tools', 'tools', 'functions')),
      history: when(isPair, ofRow('history', 'history')),
      reasoning: when(isPair, ofRow('reasoning', 'reasoning_content')),
      toolCalls: when(isPair, ofRow('tool_calls', 'tool_calls')),
    },
    message: {
      reasoning: when(hasLists, names('reasoning', ...reasoningNames)),
      toolCalls: when(hasLists, names('tool_calls', 'tool_calls')),
      functionCall: when(
        hasLists && layout.columns['tool_calls'] === undefined,
        names(undefined, 'function_call'),
      ),
      weight: when(hasLists, names('weight', ...weightNames)),
      toolCallId: when(hasLists, names(undefined, 'tool_call_id')),
      name: when(hasLists, names(undefined, 'name')),
    },
  };
}
