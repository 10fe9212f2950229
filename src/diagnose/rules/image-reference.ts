/** The parts of an image's name. */
export interface ImageReference {
  /** Host and port; `docker.io` where none is given. */
  readonly registry: string;
  /** Registry and repository as written, without tag or digest. */
  readonly name: string;
  /** The repository without its registry. */
  readonly path: string;
  /** Tag or digest; `latest` where none is given. */
  readonly version: string;
  readonly digest: boolean;
}

/** Splits an image's name; takes any text. */
export function splitReference(image: string): ImageReference {
  const digest = image.indexOf('@');
  const untagged = digest < 0 ? image : image.slice(0, digest);
  const colon = untagged.lastIndexOf(':');
  const tagged = colon > untagged.lastIndexOf('/');
  const name = tagged ? untagged.slice(0, colon) : untagged;
  const tag = tagged ? untagged.slice(colon + 1) : 'latest';
  const slash = name.indexOf('/');
  const first = slash < 0 ? '' : name.slice(0, slash);
  const hasHost = first.includes('.') || first.includes(':') || first === 'localhost';
  return {
    registry: hasHost ? first : 'docker.io',
    name,
    path: hasHost ? name.slice(slash + 1) : name,
    version: digest < 0 ? tag : image.slice(digest + 1),
    digest: digest >= 0,
  };
}

const inQuotes =
  /(?:[Ff]ailed to pull(?: and unpack)?|Back-off pulling|Container|apply default) image(?: tag)? "([^"\s]{1,500})"/u;

/** The image that a message about a pull names. */
export function imageOf(message: string): string | undefined {
  return inQuotes.exec(message)?.[1];
}
