import type { RejectReason } from '../../core/contracts/conversion.js';
import type { SourceFormat } from '../../core/recipe.js';

/** A row that is rejected. */
interface RejectExample {
  readonly format: SourceFormat;
  readonly row: string;
}

/** What a reason means, and what to do about it. */
interface RejectMeaning {
  /** Goes on with "the row". */
  readonly meaning: string;
  readonly remedy: string;
  /** A row that is rejected for it; absent where one row does not show it. */
  readonly example?: RejectExample;
}

const messages = (row: string): RejectExample => ({ format: 'messages', row });
const answer = (members: string): RejectExample =>
  messages(`{"messages":[{"role":"user","content":"q"},{"role":"assistant",${members}}]}`);

/** A reason without a meaning does not compile. */
export const rejectMeanings: Readonly<Record<RejectReason, RejectMeaning>> = {
  bad_utf8: {
    meaning: 'is not UTF-8',
    remedy: 'Convert the file: `iconv -f latin1 -t utf-8`.',
  },
  bad_json: {
    meaning: 'is not JSON',
    remedy: 'Correct the line. `nan` and `inf` are not JSON: write `null`.',
    example: messages('{"messages":[}'),
  },
  no_messages: {
    meaning:
      'is not an object; has no list of messages, an empty one, or one with an entry that is not an object; is a prosocial row without integer ids',
    remedy: 'Name the list in `fields`, or set another `format`.',
    example: messages('{"messages":[]}'),
  },
  bad_history: {
    meaning: 'has a `history` that is not a list of pairs `[question, answer]`',
    remedy: 'Make pairs of it, or `ignore: [history]`.',
    example: { format: 'prompt-response', row: '{"prompt":"q","response":"a","history":["earlier"]}' },
  },
  unknown_role: {
    meaning: 'has a message whose role is not known',
    remedy: 'Name the role in `roles`.',
    example: messages('{"messages":[{"role":"narrator","content":"q"},{"role":"assistant","content":"a"}]}'),
  },
  content_not_text: {
    meaning: 'has a content, or another text that is needed, that is neither text nor a list of parts',
    remedy: 'Name the column or key with the text in `fields`.',
    example: answer('"content":{"answer":"a"}'),
  },
  not_only_text: {
    meaning: 'has a part that is an image, audio, video or a file',
    remedy:
      'Only text is trained, also with a base model that takes images or audio. Remove these rows, or raise `max_reject_fraction`.',
    example: messages(
      '{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"u"}}]},{"role":"assistant","content":"a"}]}',
    ),
  },
  unknown_part: {
    meaning: 'has a part of a kind that is not known, or that does not belong to the role',
    remedy: 'Make a text of it, or remove it.',
    example: answer('"content":[{"type":"refusal","refusal":"no"}]'),
  },
  part_order: {
    meaning: 'has thinking behind words, or words behind a call, in one message',
    remedy: 'Split the message: thinking, then words, then calls.',
    example: answer('"content":[{"type":"text","text":"a"},{"type":"thinking","thinking":"r"}]'),
  },
  bad_reasoning: {
    meaning: 'has reasoning that is not text, a thinking part without text, or two different reasonings',
    remedy: 'Name the right one in `fields: { reasoning: … }`, or `ignore` the other.',
    example: answer('"content":"a","reasoning_content":"one","thinking":"another"'),
  },
  bad_tool_call: {
    meaning:
      'has a call that is not an object, has no name or another type than `function`; or a message of calls that holds none',
    remedy: 'Correct the call, or `ignore: [tool_calls]`.',
    example: answer('"content":"a","tool_calls":[{"type":"function","function":{"arguments":"{}"}}]'),
  },
  bad_arguments: {
    meaning: 'has `arguments` that are not a JSON object, or nest deeper than 500 levels',
    remedy: 'Correct the arguments, or `ignore: [tool_calls]`.',
    example: answer('"content":"a","tool_calls":[{"name":"w","arguments":"{city: Paris}"}]'),
  },
  bad_tools: {
    meaning: 'has `tools` that are not a list of named functions, or nest deeper than 500 levels',
    remedy: 'Name the right column in `fields: { tools: … }`, or `ignore: [tools]`.',
    example: messages(
      '{"tools":"search","messages":[{"role":"user","content":"q"},{"role":"assistant","content":"a"}]}',
    ),
  },
  bad_weight: {
    meaning: 'has a weight other than 0 or 1, two that disagree, or a weight on a part of a message',
    remedy: 'Make it 0 or 1, or `ignore: [weight]`: then the message is trained.',
    example: answer('"content":"a","weight":0.5'),
  },
  no_assistant: {
    meaning: 'has no message of the assistant',
    remedy: 'Such rows have nothing to train. Map its role in `roles` if it has another name.',
    example: messages('{"messages":[{"role":"user","content":"q"}]}'),
  },
  blank_content: {
    meaning:
      'has a message of white space only; calls and results may be blank, and blank system messages are left out',
    remedy: 'Remove these rows, or raise `max_reject_fraction`.',
    example: answer('"content":" "'),
  },
  lone_surrogate: {
    meaning: 'has half a surrogate pair, which UTF-8 cannot encode',
    remedy: 'Correct the text: an emoji was cut in two.',
    example: answer('"content":"a\\ud83d"'),
  },
  conflicting_turns: {
    meaning: 'is a prosocial dialogue with two different rows for one turn',
    remedy: 'Remove one of them.',
  },
};
