import type { Hit, Reading, Sign } from '../../logs/sign.ts';
import { short, traceLocation } from './common-fixes.ts';

function absent(_hit: Hit, what: string, fix: string, bonus = 4): Reading {
  return { cause: what, fixes: [{ summary: fix }], bonus };
}

/** Modules, classes, gems, assemblies and libraries that the image lacks. */
export const moduleSigns: readonly Sign[] = [
  {
    id: 'modules/python',
    rank: 'exact',
    strength: 20,
    pattern:
      /(?:ModuleNotFoundError|ImportError): No module named ['"]?([\w.-]{1,100})|No module named ['"]?([\w.-]{1,100})/,
    read: (hit) => {
      const name = hit.group(1) || hit.group(2);
      return absent(
        hit,
        `Python module ${name} is missing: it is not installed in the image (ModuleNotFoundError: No module named '${name}')`,
        `Add ${name} to the requirements and rebuild the image`,
      );
    },
  },
  {
    id: 'modules/python-import',
    rank: 'exact',
    strength: 20,
    pattern:
      /ImportError: cannot import name ['"]?([\w.]{1,80})['"]? from (?:partially initialized module )?['"]?([\w.]{1,120})['"]?|AttributeError: (?:partially initialized )?module '([\w.]{1,80})' has no attribute '([\w.]{1,80})'/,
    read: (hit) => {
      const name = hit.group(1) || hit.group(4);
      const from = hit.group(2) || hit.group(3);
      return absent(
        hit,
        `Python cannot import name ${name} from module ${from} (ImportError): the installed version of ${from} does not have it${traceLocation(hit)}`,
        `Pin a version of ${from.split('.')[0] ?? from} that has ${name}`,
      );
    },
  },
  {
    id: 'modules/native-library',
    rank: 'exact',
    strength: 21,
    pattern:
      /(?:error while loading shared libraries: |ImportError: |OSError: |cannot load library '?|Error loading shared library |cannot open shared object file: |Unable to load (?:dynamic library|shared library|DLL) '?|java\.lang\.UnsatisfiedLinkError: [^\n]{0,80}?|LoadError: |dlopen[^\n]{0,60}?|error loading library )'?((?:\/[\w.+-]+)*\/?(?:lib)?[\w.+-]+\.so(?:\.[\d.]+)?)['"]?[:)]/,
    read: (hit) => {
      const lib = hit.group(1);
      if (/[Ee]xec format|wrong ELF class|invalid ELF header/.test(hit.line.message)) {
        return absent(
          hit,
          `Shared library ${lib} is built for another architecture (wrong ELF class or header)`,
          'Build the image for the architecture of the node',
        );
      }
      const version = /version [`'"]([\w.]+)['"] not found|symbol[^\n]{0,40}: (\S{1,80})/.exec(hit.line.message);
      if (version)
        return absent(
          hit,
          `Shared library ${lib} does not fit: ${short(hit.line.message.slice(hit.match.index), 140)}`,
          'Build against the library versions of the image',
        );
      return absent(
        hit,
        `Shared library ${lib} is missing in the image (cannot open shared object file, not found)`,
        `Install the package that holds ${lib} in the image`,
      );
    },
  },
  {
    id: 'modules/library-version',
    rank: 'exact',
    strength: 21,
    pattern:
      /version [`'"]((?:GLIBC|GLIBCXX|CXXABI|OPENSSL|LIB\w+)_[\w.]+)['"] not found(?: \(required by ([^)]{1,160})\))?|symbol lookup error: [^\n]{1,200}|undefined symbol: (\w{1,120})|(?:Error relocating )(\S{1,120}): (\w{1,120}): symbol not found/,
    read: (hit) =>
      hit.group(1) !== ''
        ? absent(
            hit,
            `The C library of the image is too old: version ${hit.group(1)} not found${hit.group(2) === '' ? '' : ` (required by ${hit.group(2)})`}`,
            'Build on the base image that it runs on, or use a newer base image',
          )
        : absent(
            hit,
            `A shared library does not fit the program: ${short(hit.match[0], 160)} (symbol not found)`,
            'Use matching versions of the program and its libraries',
          ),
  },
  {
    id: 'modules/node',
    rank: 'exact',
    strength: 20,
    pattern:
      /Cannot find (?:module|package) ['"]([^'"]{1,200})['"](?: imported from ([^\s]{1,200}))?|ERR_MODULE_NOT_FOUND[^\n]{0,60}/,
    read: (hit) => {
      const name = hit.group(1);
      if (name === '') return undefined;
      const file = /^[./]/.test(name);
      const from = hit.group(2) === '' ? '' : `, imported from ${hit.group(2).split('/').slice(-2).join('/')}`;
      return absent(
        hit,
        `Node module ${name} is missing: cannot find module '${name}' (MODULE_NOT_FOUND${from})${file ? '; the file does not exist in the image' : '; it is not installed in the image'}`,
        file
          ? `Correct the path ${name}, or add the file to the image`
          : `Add ${name} to the dependencies in package.json and rebuild the image`,
      );
    },
  },
  {
    id: 'modules/node-require-esm',
    rank: 'exact',
    strength: 20,
    pattern:
      /ERR_REQUIRE_ESM[^\n]{0,160}|Cannot use import statement outside a module|ERR_UNKNOWN_FILE_EXTENSION[^\n]{0,120}|Package subpath '([^']{1,80})' is not defined by "exports"[^\n]{0,100}|does not provide an export named '?([\w$]{1,60})'?|NODE_MODULE_VERSION (\d+)[^\n]{0,120}|was compiled against a different Node\.js version|[Tt]he (?:engine|module) "?node"? is incompatible[^\n]{0,120}|ERR_DLOPEN_FAILED[^\n]{0,120}|Prisma(?:Client)?[^\n]{0,40}(?:could not locate the Query Engine|did not initialize)[^\n]{0,80}/,
    read: (hit) =>
      absent(
        hit,
        `A Node module cannot be loaded: ${short(hit.match[0], 180)}${traceLocation(hit)}`,
        'Build the image with the Node version and module type that the package needs',
        2,
      ),
  },
  {
    id: 'modules/java-main-class',
    rank: 'exact',
    strength: 22,
    pattern:
      /Could not find or load main class (\S{1,200})|no main manifest attribute, in (\S{1,200})|Main method not found in class ([\w.$]{1,200})|Unable to access jarfile (\S{1,200})|Invalid or corrupt jarfile (\S{1,200})/,
    read: (hit) => {
      if (hit.group(1) !== '')
        return absent(
          hit,
          `Java could not find or load the main class ${hit.group(1)} (ClassNotFoundException): no such class on the class path`,
          `Correct the class name ${hit.group(1)} or the class path (-cp) in the command`,
        );
      if (hit.group(2) !== '')
        return absent(
          hit,
          `The jar ${hit.group(2)} has no main class: no main manifest attribute`,
          `Name the main class in the command, or build an executable jar`,
        );
      if (hit.group(3) !== '')
        return absent(
          hit,
          `Class ${hit.group(3)} has no main method: main method not found`,
          'Name another main class',
        );
      if (hit.group(4) !== '')
        return absent(
          hit,
          `The jar file ${hit.group(4)} does not exist or cannot be read (unable to access jarfile, not found)`,
          `Correct the path of the jar in the command`,
        );
      return absent(
        hit,
        `The jar file ${hit.group(5)} is invalid or corrupt`,
        'Build the image again with the whole jar',
      );
    },
  },
  {
    id: 'modules/java-class',
    rank: 'exact',
    strength: 19,
    pattern:
      /(ClassNotFoundException|NoClassDefFoundError): (?:Could not initialize class )?([\w.$/]{1,200})|(NoSuchMethodError|NoSuchFieldError|AbstractMethodError|IncompatibleClassChangeError): '?([^\n']{1,200})|UnsupportedClassVersionError: ([\w./$]{1,160})[^\n]{0,120}?class file version ([\d.]+)[^\n]{0,160}?up to ([\d.]+)|UnsupportedClassVersionError[^\n]{0,200}|No suitable driver(?: found for (?:jdbc:[a-z0-9]+))?/,
    read: (hit) => {
      if (hit.group(1) !== '')
        return absent(
          hit,
          `Java class ${hit.group(2).replace(/\//g, '.')} is missing on the class path (${hit.group(1)}, not found)`,
          'Add the library that holds the class to the image',
        );
      if (hit.group(3) !== '')
        return absent(
          hit,
          `A Java library has the wrong version (${hit.group(3)}: ${short(hit.group(4), 120)})`,
          'Use matching versions of the libraries',
        );
      if (hit.match[0].includes('Unsupported'))
        return absent(
          hit,
          `The Java runtime is too old for ${hit.group(5) || 'the program'}: its class file version ${hit.group(6)} is newer than ${hit.group(7)} (UnsupportedClassVersionError)`,
          'Run it with a newer Java version, or compile for the older one',
        );
      return absent(hit, `The JDBC driver is missing: ${short(hit.match[0])}`, 'Add the JDBC driver to the image');
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
        hit,
        hit.group(3) !== ''
          ? `The Go program lacks the database driver "${hit.group(3)}" (unknown driver, forgotten import)`
          : `The Go plugin ${hit.group(1)} cannot be opened: ${short(hit.group(2))}`,
        'Build the program with it',
      ),
  },
  {
    id: 'modules/ruby',
    rank: 'exact',
    strength: 20,
    pattern:
      /cannot load such file -- ([^\s()]{1,200})|Could not find ([\w.-]{1,100}) in (?:any of the sources|locally installed gems|cached gems|rubygems repository)|Could not find gem '?([\w.-]{1,100})|Gem::(?:MissingSpecError|LoadError|ConflictError)[^\n]{0,60}(?:Could not find )?'([\w.-]{1,80})'|Bundler::GemNotFound[^\n]{0,120}|Your Ruby version is ([\d.]+), but your Gemfile specified ([\d.~> ]+)/,
    read: (hit) => {
      if (hit.group(5) !== '')
        return absent(
          hit,
          `The image has Ruby version ${hit.group(5)}, but the Gemfile specifies ${hit.group(6)}`,
          'Use an image with that Ruby version',
        );
      const name = [1, 2, 3, 4].map(hit.group).find((one) => one !== '') ?? '';
      return absent(
        hit,
        `Ruby library (gem) ${name} is missing: cannot load such file -- ${name} (LoadError, not installed)`,
        `Add ${name} to the Gemfile and rebuild the image`,
      );
    },
  },
  {
    id: 'modules/php',
    rank: 'exact',
    strength: 20,
    pattern:
      /Class ["']([\w\\]{1,160})["'] not found|Call to undefined function ([\w\\]{1,120})\(\)|(?:require|include)(?:_once)?\(([^)\n]{1,200})\): [Ff]ailed to open stream|Failed opening required '([^']{1,200})'|could not find driver|requires? (?:the )?(?:PHP extension )?ext-([\w-]{1,40})|Composer detected issues in your platform: [^\n]{1,160}|Unable to load dynamic library '([^']{1,120})'|requires? a PHP version "([^"]{1,40})"/,
    read: (hit) => {
      if (hit.group(1) !== '')
        return absent(
          hit,
          `PHP class ${hit.group(1)} is missing (Class "${hit.group(1)}" not found)`,
          'Install the package that holds the class, or correct the autoloader',
        );
      if (hit.group(2) !== '')
        return absent(
          hit,
          `PHP function ${hit.group(2)} is missing (call to undefined function ${hit.group(2)}()): its extension is not installed`,
          'Install the PHP extension in the image',
        );
      const file = hit.group(3) || hit.group(4);
      if (file !== '')
        return absent(
          hit,
          `PHP cannot open the required file ${file}: it does not exist (failed to open stream, no such file or directory)`,
          `Add ${file} to the image (composer install)`,
        );
      if (hit.match[0] === 'could not find driver')
        return absent(
          hit,
          'The PHP database driver (PDO extension) is missing: could not find driver',
          'Install the pdo extension for the database',
        );
      return absent(
        hit,
        `A PHP extension or version is missing: ${short(hit.match[0], 160)}`,
        'Install it in the image',
      );
    },
  },
  {
    id: 'modules/perl',
    rank: 'exact',
    strength: 20,
    pattern:
      /Can't locate ([\w/:]{1,120})(?:\.pm)? in @INC|Can't locate object method "(\w{1,80})" via package "([\w:]{1,100})"/,
    read: (hit) =>
      hit.group(1) !== ''
        ? absent(
            hit,
            `Perl module ${hit.group(1).replace(/\.pm$/, '').replace(/\//g, '::')} is missing: can't locate ${hit.group(1)} in @INC (not installed)`,
            'Install the Perl module in the image',
          )
        : absent(
            hit,
            `Perl package ${hit.group(3)} has no method ${hit.group(2)} (can't locate object method)${traceLocation(hit)}`,
            'Load the package that has the method',
          ),
  },
  {
    id: 'modules/dotnet',
    rank: 'exact',
    strength: 20,
    pattern:
      /Could not load file or assembly '([^',]{1,160})|You must install (?:or update )?\.NET[^\n]{0,120}|The application to execute does not exist: '([^']{1,200})'|Framework:? '([\w.]{1,80})', version '([\w.-]{1,40})'|The specified (?:framework|SDK) '([^']{1,80})'[^\n]{0,60}not found|TypeLoadException: Could not load type '([^']{1,120})'|DllNotFoundException: Unable to load shared library '([^']{1,80})'|An assembly specified in the application dependencies manifest \(([^)]{1,100})\) was not found/,
    read: (hit) => {
      const name = [1, 2, 5, 6, 7, 8].map(hit.group).find((one) => one !== '') ?? '';
      if (hit.group(2) !== '')
        return absent(
          hit,
          `The .NET application ${hit.group(2)} does not exist in the image (not found)`,
          'Correct the name of the assembly in the command',
        );
      if (hit.group(3) !== '')
        return absent(
          hit,
          `The .NET framework ${hit.group(3)} version ${hit.group(4)} is missing (not installed in the image)`,
          'Use an image with that runtime version',
        );
      return absent(
        hit,
        `.NET cannot load ${name === '' ? short(hit.match[0], 120) : name}: it is missing in the image (could not load, not found)`,
        'Publish the application with all its assemblies',
      );
    },
  },
  {
    id: 'modules/other-runtimes',
    rank: 'exact',
    strength: 19,
    pattern:
      /module '([\w.-]{1,100})' not found:|there is no package called [‘'"]([\w.]{1,80})|ArgumentError: Package (\w{1,80}) not found in current path|\(UndefinedFunctionError\) function ([\w.:/]{1,120}) is undefined|could not find (?:crate|package|plugin|extension|provider|driver) [`'"]?([\w-]{1,80})|[Pp]lugin ["'`]?([\w./-]{1,100})["'`]? (?:is )?(?:not found|not installed|could not be (?:found|loaded)|is missing)|unknown (?:plugin|provider|driver|extension|module|output|input|exporter|receiver|processor):? ["'`]([\w./-]{1,80})["'`]/,
    read: (hit) => {
      const name = [1, 2, 3, 4, 5, 6, 7].map(hit.group).find((one) => one !== '') ?? '';
      return absent(
        hit,
        `Module ${name} is missing: it is not found or not installed in the image (${short(hit.match[0], 100)})`,
        `Install ${name} in the image, or correct its name`,
      );
    },
  },
  {
    id: 'process/command-not-found',
    rank: 'exact',
    strength: 19,
    pattern:
      /(?:^|[:\s])(?:line )?(?:\d+: )?([^\s:]{1,200}): (?:command )?not found$|env: (?:can't execute )?['‘"]?([^'’":\s]{1,120})['’"]?: No such file or directory|exec:? "?([^\s":]{1,200})"?:? (?:not found|executable file not found in \$PATH|No such file or directory|no such file or directory)|(?:exec |exec: )"?(\S{1,200}?)"? ?: (?:not found|no such file or directory)|spawn ([^\s]{1,120}) ENOENT|executable file not found in \$PATH|([\w./-]{1,120}): executable file not found|tini[^\n]{0,30} exec (\S{1,120}) failed: No such file or directory|FileNotFoundError: \[Errno 2\] No such file or directory: '([\w-]{1,60})'$/,
    read: (hit) => {
      const name = [1, 2, 3, 4, 5, 6, 7, 8].map(hit.group).find((one) => one !== '') ?? '';
      if (name === '' || /^\d+$/.test(name)) return undefined;
      if (
        /^(?:File|Page|Host|Key|Module|Package|Template|Class|error|Error|config|Resource|status|document)$/i.test(name)
      )
        return undefined;
      const interpreter =
        hit.group(2) !== '' && /\r|\\r/.test(hit.match[0]) ? ' (its first line ends in a carriage return)' : '';
      return {
        cause: `The command ${name}${interpreter} does not exist in the image (command not found, no such file or directory)`,
        fixes: [{ summary: `Install ${name} in the image, or correct its name or path` }],
        bonus: 5,
      };
    },
  },
  {
    id: 'process/exec-format',
    rank: 'exact',
    strength: 24,
    pattern:
      /(?:exec(?:ve)?:? )?["']?(\/?[\w./+-]{1,200})?["']?:? ?(?:cannot execute(?: binary file)?: )?(?:[Ee]xec format error|cannot execute binary file)|os error 8\b|ENOEXEC|rosetta error|qemu-\w+: Could not open '([^']{1,120})'/,
    read: (hit) => {
      const path = hit.group(1).replace(/^exec\s*/, '');
      const node = (hit.view.node?.status as { nodeInfo?: { architecture?: string } } | undefined)?.nodeInfo
        ?.architecture;
      const script = /\.(?:sh|py|pl|rb|bash)$/.test(path);
      const built =
        /(?:^|[^a-z0-9])(arm64|aarch64|amd64|x86_64|armv7|arm|s390x|ppc64le|riscv64|386)(?:[^a-z0-9]|$)/.exec(
          `${path} ${hit.view.spec?.image ?? ''}`,
        )?.[1];
      const why = script
        ? 'the script has no shebang line (#!), so the kernel cannot execute it'
        : `it is built for another architecture (platform)${built === undefined ? '' : `: ${built}`}${node === undefined ? '' : `${built === undefined ? ': ' : ', '}the node is ${node}`}`;
      return {
        cause: `${path === '' ? 'The program' : path} cannot be executed: exec format error, ${why}`,
        fixes: [
          {
            summary: script
              ? `Begin ${path} with #!/bin/sh, or run it through sh`
              : `Build the image for ${node === undefined ? "the node's architecture" : `linux/${node}`} (multi-platform build)`,
          },
        ],
        bonus: 8,
      };
    },
  },
  {
    id: 'process/not-executable',
    rank: 'exact',
    strength: 22,
    pattern:
      /(?:exec:? ["']?|sh: \d*:? ?|line \d+: |tini[^\n]{0,40} exec )["']?(\/[\w./+-]{1,200}|\.\/[\w./+-]{1,200})["']?(?: failed)?: [Pp]ermission denied|^(?:\/bin\/)?(?:ba|da|a)?sh: (?:\d+: )?(\/?[\w./+-]{1,200}): [Pp]ermission denied|spawn (\/?[\w./+-]{1,200}) EACCES/,
    read: (hit) => {
      const path = hit.group(1) || hit.group(2) || hit.group(3);
      const inCommand = [...(hit.view.spec?.command ?? []), ...(hit.view.spec?.args ?? [])].some((word) =>
        word.includes(path),
      );
      if (!inCommand && !/\.(?:sh|py|pl|rb)$|bin\//.test(path) && hit.view.exit?.code !== 126) return undefined;
      return {
        cause: `${path} is not executable: permission denied (the execute bit is missing)`,
        fixes: [{ summary: `Set the execute bit in the image (chmod +x ${path}), or run it through its interpreter` }],
        bonus: 6,
      };
    },
  },
  {
    id: 'process/bad-interpreter',
    rank: 'exact',
    strength: 22,
    pattern:
      /(\/?[\w./-]{1,200}): (\/[\w./-]{1,120})(\^M)?: bad interpreter|\/bin\/(?:ba)?sh\^M|env: ['‘]?(\w+)\\r['’]?: No such file|\$'\\r': command not found|not found\r$/,
    read: (hit) => ({
      cause: `${hit.group(1) === '' ? 'The script' : hit.group(1)} names an interpreter that does not exist: ${/\\r|\^M/.test(hit.line.text) ? 'its lines end in CRLF (carriage return)' : hit.group(2)} (bad interpreter, not found)`,
      fixes: [{ summary: 'Save the script with LF line ends, or install the interpreter' }],
      bonus: 6,
    }),
  },
];
