import type { Sign } from '../../logs/sign.ts';
import { absent, short, traceLocation } from './common-fixes.ts';

/** Libraries that are missing, or that do not fit the program. */
export const librarySigns: readonly Sign[] = [
  {
    id: 'modules/native-library',
    rank: 'exact',
    strength: 21,
    pattern:
      /(?:error while loading shared libraries: |ImportError: |OSError: |cannot load library '?|Error loading shared library |cannot open shared object file: |Unable to load (?:dynamic library|shared library|DLL) '?|java\.lang\.UnsatisfiedLinkError: [^\n]{0,80}?|LoadError: |dlopen[^\n]{0,60}?|error loading library )'?((?:\/[\w.+-]{1,100}){0,12}\/?[\w.+-]{1,100}?\.so(?:\.[\d.]{1,20})?)['"]?[:)]/,
    read: (hit) => {
      const lib = hit.group(1);
      if (/[Ee]xec format|wrong ELF class|invalid ELF header/.test(hit.line.message)) {
        return absent(
          `Shared library ${lib} is built for another architecture (wrong ELF class or header)`,
          'Build the image for the architecture of the node',
        );
      }
      const version = /version [`'"]([\w.]+)['"] not found|symbol[^\n]{0,40}: (\S{1,80})/.exec(hit.line.message);
      if (version)
        return absent(
          `Shared library ${lib} does not fit: ${short(hit.line.message.slice(hit.match.index), 140)}`,
          'Build against the library versions of the image',
        );
      return absent(
        `Shared library ${lib} is missing in the image (cannot open shared object file, not found)`,
        `Install the package that holds ${lib} in the image`,
      );
    },
  },
  {
    id: 'modules/java-native-library',
    rank: 'exact',
    strength: 22,
    pattern: /UnsatisfiedLinkError: no (\S{1,120}) in java\.library\.path/,
    read: (hit) =>
      absent(
        `Native library ${hit.group(1)} (lib${hit.group(1)}.so) is missing: not found in java.library.path`,
        `Install lib${hit.group(1)}.so in the image, or point java.library.path to it`,
      ),
  },
  {
    id: 'modules/library-version',
    rank: 'exact',
    strength: 21,
    pattern:
      /version [`'"]((?:GLIBC|GLIBCXX|CXXABI|OPENSSL|LIB[A-Z0-9]{1,40})_[\w.]{1,60})['"] not found(?: \(required by ([^)]{1,160})\))?|symbol lookup error: [^\n]{1,200}|undefined symbol: (\w{1,120})|(?:Error relocating )(\S{1,120}): (\w{1,120}): symbol not found/,
    read: (hit) =>
      hit.group(1) !== ''
        ? absent(
            `The C library of the image is too old: version ${hit.group(1)} not found${hit.group(2) === '' ? '' : ` (required by ${hit.group(2)})`}`,
            'Build on the base image that it runs on, or use a newer base image',
          )
        : absent(
            `A shared library does not fit the program: ${short(hit.match[0], 160)} (symbol not found)`,
            'Use matching versions of the program and its libraries',
          ),
  },
  {
    id: 'modules/node-require-esm',
    rank: 'exact',
    strength: 20,
    pattern:
      /ERR_REQUIRE_ESM[^\n]{0,160}|Cannot use import statement outside a module|ERR_UNKNOWN_FILE_EXTENSION[^\n]{0,120}|Package subpath '([^']{1,80})' is not defined by "exports"[^\n]{0,100}|does not provide an export named '?([\w$]{1,60})'?|NODE_MODULE_VERSION (\d+)[^\n]{0,120}|was compiled against a different Node\.js version|[Tt]he (?:engine|module) "?node"? is incompatible[^\n]{0,120}|ERR_DLOPEN_FAILED[^\n]{0,120}|Prisma(?:Client)?[^\n]{0,40}(?:could not locate the Query Engine|did not initialize)[^\n]{0,80}/,
    read: (hit) =>
      absent(
        `A Node module cannot be loaded: ${short(hit.match[0], 180)}${traceLocation(hit)}`,
        'Build the image with the Node version and module type that the package needs',
        2,
      ),
  },
  {
    id: 'modules/java-class',
    rank: 'exact',
    strength: 19,
    pattern:
      /(ClassNotFoundException|NoClassDefFoundError): (?:Could not initialize class )?([\w.$/]{1,200})|(NoSuchMethodError|NoSuchFieldError|AbstractMethodError|IncompatibleClassChangeError): '?([^\n']{1,200})|UnsupportedClassVersionError: ([\w./$]{1,160})[^\n]{0,120}?class file version ([\d.]+)[^\n]{0,160}?up to ([\d.]+)|UnsupportedClassVersionError[^\n]{0,200}|No suitable driver(?: found for (?:jdbc:[a-z0-9]+))?/,
    read: (hit) => {
      // Its initialisation failed before, with a cause of its own.
      if (
        hit.match[0].includes('Could not initialize class') &&
        hit.log.lines.some(({ text }) => text.includes('ExceptionInInitializerError'))
      )
        return undefined;
      if (hit.group(1) !== '')
        return absent(
          `Java class ${hit.group(2).replace(/\//g, '.')} is missing on the class path (${hit.group(1)}, not found)`,
          'Add the library that holds the class to the image',
        );
      if (hit.group(3) !== '')
        return absent(
          `A Java library has the wrong version (${hit.group(3)}: ${short(hit.group(4), 120)})`,
          'Use matching versions of the libraries',
        );
      if (hit.match[0].includes('Unsupported'))
        return absent(
          `The Java runtime is too old for ${hit.group(5) || 'the program'}: its class file version ${hit.group(6)} is newer than ${hit.group(7)} (UnsupportedClassVersionError)`,
          'Run it with a newer Java version, or compile for the older one',
        );
      return absent(`The JDBC driver is missing: ${short(hit.match[0])}`, 'Add the JDBC driver to the image');
    },
  },
  {
    id: 'modules/go-plugin',
    rank: 'exact',
    strength: 18,
    pattern:
      /plugin\.Open\("([^"]{1,200})"\):? ?([^\n]{0,160})|sql: unknown driver "([\w-]{1,60})" \(forgotten import\?\)/,
    read: (hit) =>
      absent(
        hit.group(3) !== ''
          ? `The Go program lacks the database driver "${hit.group(3)}" (unknown driver, forgotten import)`
          : `The Go plugin ${hit.group(1)} cannot be opened: ${short(hit.group(2))}`,
        'Build the program with it',
      ),
  },
];
