/**
 * Text that addresses whoever reads it instead of telling what happened. A log, an event or a name of an image may hold it;
 * no diagnosis may rest on it. The list errs towards too many: what is suspected only loses a second opinion.
 */
const signs: readonly RegExp[] = [
  /\b(?:ignor\w*|disregard\w*|forget|overrid\w*|bypass\w*)\b.{0,40}\b(?:previous|prior|above|earlier|all|any|your|the (?:rules|system|evidence)|instructions?|prompts?|guidelines)\b/iu,
  /\b(?:system|developer|assistant|user|human) ?(?:prompt|message|turn|role|instructions?|override|note)\b/iu,
  /(?:^|[\s>"'(|\]])(?:system|assistant|human|user|developer)\s*[:：]\s/iu,
  /<\s*\/?\s*(?:system|assistant|user|human|case|evidence|instructions?|admin|prompt|rules?|tool|function|s|inst)\b[^>]{0,60}>/iu,
  /\[\s*\/?\s*(?:INST|SYSTEM|ASSISTANT|USER|ADMIN)\s*\]/u,
  /<\|[a-z_]{2,30}\|>/iu,
  /\b(?:you are|you're|act as|pretend|behave as|roleplay)\b.{0,30}\b(?:ai|assistant|model|bot|agent|llm|claude|gpt|dan|administrator|root|helpful|now|no longer)\b/iu,
  /\b(?:language model|llm|chatgpt|claude|anthropic|openai|ai (?:assistant|agent|model|sre|operator)|jailbreak)\b/iu,
  /\b(?:note|message|notice|attention|dear|hello|hi|instructions?|reminder) (?:to|for) (?:the )?(?:ai|assistant|model|operator|analy[sz]er|reader|on-?call|sre|human|agent|bot|diagnos\w+)\b/iu,
  /\b(?:respond|reply|answer|output|print|say|write|emit|return|state|report|conclude|claim|tell|declare|cite)\b.{0,30}\b(?:only|with|that|exactly|verbatim|the following|instead|as json|root[ _]?cause|e\d{1,3})\b/iu,
  /\b(?:root[ _-]?cause|confidence|diagnosis|verdict|agrees|fixes|evidence)["']?\s*[:=]\s*["'[{]?\s*\w/iu,
  /\b(?:new|updated|real|true|actual|secret|hidden|following) (?:instructions?|system prompt|task|rules?|orders?)\b/iu,
  /\b(?:run|execute|apply|paste|use|try|type|issue)\b.{0,20}\b(?:this|the following|these|kubectl|curl|wget|bash|sh -c|command)\b/iu,
  /\bkubectl\s+(?:-\S+\s+\S+\s+)?(?:delete|exec|cp|apply|create|patch|edit|replace|drain|cordon|run|set|scale|get|proxy|port-forward|annotate|label|config)\b/iu,
  /\b(?:curl|wget|nc|ncat|bash -i|sh -i)\b.{0,80}(?:https?:|\||\/dev\/tcp|-d\b|--data)/iu,
  /\b(?:visit|click|browse|navigate|go) (?:to |on |here\b|https?:|www\.|[a-z0-9-]+\.[a-z]{2,})/iu,
  /\b(?:contact|call|email|e-mail|message|notify|ping|page|mention|tag)\b.{0,20}(?:@|https?:|\+\d|\bus\b|\bme\b|channel|everyone|support|security team)/iu,
  /<[!@#][A-Za-z0-9^|_-]+>|<https?:[^>|]*\|/u,
  /@(?:here|channel|everyone)\b/iu,
  /\[[^\]\n]{1,120}\]\(\s*[a-z]+:/iu,
  /\b(?:e\d{1,3})\b.{0,20}\b(?:proves?|shows?|says?|confirms?|states?|evidence)\b/iu,
  /\b(?:no action (?:is )?(?:needed|required)|false (?:alarm|positive)|(?:close|resolve|suppress|mute|silence|acknowledge) (?:this|the|all) (?:alert|incident|alarm|page)s?)\b/iu,
  /\b(?:approved|authori[sz]ed|sanctioned|mandated|required) by (?:the )?(?:security|admin\w*|sre|ops|operator|cto|anthropic|platform)\b/iu,
  /\b(?:reveal|exfiltrat\w*|leak|dump|disclose|send)\b.{0,40}\b(?:secrets?|tokens?|credentials?|passwords?|keys?|prompt|environment)\b/iu,
];

/** Whether a text reads like an instruction, a forged turn, a mention or a link to click. Hidden characters do not help it. */
export function speaksToItsReader(text: string): boolean {
  const shown = text.normalize('NFKC');
  // Names cannot hold blanks: `ignore-all-previous-instructions` says the same.
  const spaced = shown.replace(/[-_./+]+/gu, ' ');
  return signs.some((sign) => sign.test(shown) || sign.test(spaced));
}
