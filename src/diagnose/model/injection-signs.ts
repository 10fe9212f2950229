/**
 * Text that addresses whoever reads it instead of telling what happened. A log, an event or a name of an image may hold it;
 * no diagnosis may rest on it. What is suspected without reason only loses a second opinion, so the list may be broad, but
 * not so broad that common error messages are on it.
 */
const signs: readonly RegExp[] = [
  // Turning away from what was said before.
  /\b(?:ignor\w*|disregard\w*|forget|overrid\w*|bypass\w*|discard)\b.{0,40}\b(?:instructions?|prompts?|rules|guidelines|directions|evidence|verdict)\b/iu,
  /\b(?:ignore|disregard|forget)\s{1,5}(?:(?:all|any|everything|the|your)\s{1,5})?(?:of the )?(?:previous|prior|above|earlier|before|preceding|other)\b/iu,
  /\b(?:new|updated|real|actual|secret|hidden|following|revised) (?:instructions?|system prompt|orders|directives?)\b/iu,
  // Forged turns and delimiters.
  /\b(?:system|developer|assistant|user|human) (?:prompt|turn|instructions?|override)\b/iu,
  /(?:^|\n|\\n)\s*(?:system|assistant|human)\s*[:\uff1a]\s/iu,
  /<\s{0,5}\/?\s{0,5}(?:system|assistant|case|evidence|instructions?|prompt|important|admin_?note)\b[^>]{0,60}>/iu,
  /\[\s{0,5}\/?\s{0,5}(?:INST|SYSTEM|ASSISTANT)\s{0,5}\]|<\|[a-z_]{2,30}\|>|<<\s{0,5}\/?SYS\s{0,5}>>/iu,
  /["']?\b(?:agrees|confidence|fixes|verdict|root[ _-]?cause)\b["']?\s{0,5}[:=]\s{0,5}["'[{]?\s{0,5}[a-z]/iu,
  /\brole["']?\s*:\s*["'](?:system|assistant|user)/iu,
  // Speaking to a machine or a person on call.
  /\b(?:you are|you're|act as|pretend to be|behave as|roleplay)\b.{0,30}\b(?:ai|assistant|model|bot|agent|llm|claude|gpt|dan)\b/iu,
  /\b(?:as an? (?:ai|llm|language model)|dear (?:ai|claude|assistant|model|reader|on-?call)|(?:hey|hi|hello|ok),? (?:claude|ai|assistant|gpt|model)|jailbreak\w*)\b/iu,
  /\b(?:note|message|notice|attention|instructions?|reminder|hint) (?:to|for|:) ?(?:the |all )?(?:ai|assistant|model|operators?|analy[sz]er|reader|on-?call|sre|humans?|agent|bot|diagnos\w+|llm|claude)\b/iu,
  /\b(?:respond|reply|answer|output|print|say|emit|report|conclude|declare|cite|write|state)\s+(?:only|exactly|verbatim|the following|instead|as json|to the user|root[ _]?cause|that the (?:root )?cause|that (?:everything|all|the cluster)|e\d{1,3}\b)/iu,
  /\bE\d{1,3}\b.{0,20}\b(?:proves?|shows?|says|confirms?|states)\b/u,
  /\b(?:cite|citing|see|per|according to|based on) E\d{1,3}\b/u,
  // Calls to act.
  /\b(?:run|execute|paste|use|try|type)\s{0,5}:?\s{1,5}(?:this|the following|these|kubectl|curl|wget|bash)\b/iu,
  /\bkubectl\s+(?:-\S+\s+\S+\s+)?(?:delete|exec|cp|apply|create|patch|edit|replace|drain|cordon|run|set|scale|get|proxy|port-forward|annotate|label|config|taint)\b/iu,
  /\b(?:curl|wget)\s+(?:-\S+\s+)*["']?(?:https?:|[a-z0-9-]+\.[a-z]{2,}\b)|\|\s*(?:ba|z)?sh\b|\/dev\/tcp\//iu,
  /\b(?:visit|click|browse|navigate)\s+(?:to |on |here\b|https?:|www\.|[a-z0-9-]+\.[a-z]{2,})/iu,
  /\b(?:contact|call|e-?mail|notify|ping|page|mention|text)\s+(?:@|https?:|\+?\d{3}|us\b|me\b|support\b|everyone\b|the (?:security|support|admin\w*|on-?call)\b)/iu,
  /\b(?:no action (?:is )?(?:needed|required)|false (?:alarm|positive)|(?:close|resolve|suppress|mute|silence|acknowledge|dismiss) (?:this|the|all) (?:alert|incident|alarm|page)s?)\b/iu,
  /\b(?:approved|authori[sz]ed|sanctioned|mandated) by (?:the )?(?:security|admin\w*|sre|ops|operator|cto|anthropic|platform)\b/iu,
  /\b(?:reveal|exfiltrat\w*|disclose|leak)\b.{0,40}\b(?:secrets?|tokens?|credentials?|passwords?|keys?|prompt|environment)\b/iu,
  // Markup that a chat would act on.
  /<[!@#][A-Za-z0-9^|_-]+>|<https?:[^>|\s]*\|/u,
  /(?:^|\s)@(?:here|channel|everyone)\b/iu,
  /\[[^\]\n]{1,120}\]\(\s*[a-z]+:/iu,
];

/** Whether a text reads like an instruction, a forged turn, a mention or a link to click. Hidden characters do not help it. */
export function speaksToItsReader(text: string): boolean {
  const shown = text.normalize('NFKC');
  // Names cannot hold blanks: `ignore-all-previous-instructions` says the same.
  const spaced = shown.replace(/[-_.+]+|(?<=[a-z])\/(?=[a-z])/gu, ' ');
  return signs.some((sign) => sign.test(shown) || sign.test(spaced));
}
