const fieldsStart = Buffer.from(',"managedFields":[');
const fieldsEnd = Buffer.from(']},"spec":{');

/**
 * JSON of an object, or of a watch event around one, parsed without metadata.managedFields, which nobody here reads and
 * which is a third to a half of a pod; undefined when it is no JSON. managedFields is the last field of ObjectMeta
 * (k8s.io/apimachinery meta/v1, types.go), and neither mark can stand inside a JSON string, where quotes are escaped. Where
 * the marks do not fit, nothing is cut.
 */
export function parseLean(bytes: Buffer): unknown {
  const start = bytes.indexOf(fieldsStart);
  const end = start === -1 ? -1 : bytes.indexOf(fieldsEnd, start);
  if (end === -1) return parseJson(bytes.toString('utf8'));
  const lean = bytes.toString('utf8', 0, start) + bytes.toString('utf8', end + 1);
  return parseJson(lean) ?? parseJson(bytes.toString('utf8'));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
