/** Names that look like part of a conversation, in lower case and without anything but letters. */
const partNames = new Set(
  `system systemprompt systemmessage sysprompt developer instruction instructions custominstruction
  custominstructions persona prompt input query question problem user context history documents output response
  responses completion answer answers solution final assistant messages conversation conversations dialogue
  dialog chat turns reasoning reasoningcontent reasoningdetails thinking thought thoughts think cot
  chainofthought complexcot rationale analysis scratchpad tools functions toolcalls functioncall functioncalls
  weight loss lossmask lossweight lossscale train trainable mask label chosen rejected rejectedresponse image
  images audio audios video videos chattemplatekwargs`.split(/\s+/),
);
/** Further ones of keys of messages. */
const messagePartNames = new Set(
  'content value text parts name toolcallid refusal prefix traindetail trainingdetail channel recipient'.split(
    ' ',
  ),
);
/** Those whose value may be a number or true/false. */
const weightNames = new Set(
  'weight loss train trainable lossmask lossweight lossscale mask label'.split(' '),
);

/** Whether a column, or a key of a message, is named like part of a conversation. */
export function looksLikePart(name: string, of: 'row' | 'message'): boolean {
  const letters = lettersOf(name);
  return partNames.has(letters) || (of === 'message' && messagePartNames.has(letters));
}

/** Whether a number or true/false of this name decides, or seems to decide, what is trained. */
export function looksLikeWeight(name: string): boolean {
  return weightNames.has(lettersOf(name));
}

/** The letters of a name, in lower case. */
export function lettersOf(name: string): string {
  return name.toLowerCase().replace(/\P{L}/gu, '');
}
