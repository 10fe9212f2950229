import type { Hit, Sign } from '../../logs/sign.ts';
import { settingsOf } from '../../settings.ts';
import { absent, short, traceLocation } from './common-fixes.ts';

/** The module of the program itself that the command or a variable names (`-A billing.tasks`, `shop.wsgi:app`). */
function askedFor(hit: Hit, name: string): { readonly module: string; readonly label: string } | undefined {
  for (const { value, label, kind } of settingsOf(hit.view.spec)) {
    const module = /^[A-Za-z_][\w.]{0,150}(?=$|:[\w.]{1,80}(?:\(.{0,40}\))?$)/.exec(value)?.[0];
    if (module === undefined || (module !== name && !module.startsWith(`${name}.`))) continue;
    return { module, label: kind === 'argument' ? 'its command' : label };
  }
  return undefined;
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
      const asked = askedFor(hit, name);
      if (asked !== undefined) {
        return absent(
          `Python cannot find module ${asked.module}, which ${asked.label} names (ModuleNotFoundError: No module named '${name}')`,
          `Correct ${asked.module}, or the working directory or PYTHONPATH from which it is found`,
        );
      }
      return absent(
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
      if (hit.line.message.includes('partially initialized module'))
        return absent(
          `Python modules import each other (a circular import): ${name} is asked of the partially initialized module ${from}${traceLocation(hit)}`,
          `Break the circle: import ${name} where it is used, or move it into a module of its own`,
        );
      return absent(
        `Python cannot import name ${name} from module ${from} (ImportError): the installed version of ${from} does not have it${traceLocation(hit)}`,
        `Pin a version of ${from.split('.')[0] ?? from} that has ${name}`,
      );
    },
  },
  {
    id: 'modules/python-application',
    rank: 'exact',
    strength: 21,
    pattern:
      /Attribute "([\w.]{1,80})" not found in module "([\w.]{1,120})"|Failed to find attribute '([\w.]{1,80})' in '([\w.]{1,120})'|Module '([\w.]{1,120})' has no attribute '([\w.]{1,80})'/,
    read: (hit) => {
      const name = hit.group(1) || hit.group(3) || hit.group(6);
      const module = hit.group(2) || hit.group(4) || hit.group(5);
      return absent(
        `The command asks for attribute ${name} of Python module ${module}, which does not have it (not found)`,
        `Name the application object that ${module} really has in the command (${module}:NAME)`,
        6,
      );
    },
  },
  {
    id: 'modules/fx-missing-type',
    rank: 'exact',
    strength: 22,
    lines: 8,
    pattern: /could not build arguments for function[\s\S]{0,400}?missing types?:\s{0,10}(?:- ?)?(\*?[\w./]{1,120})/,
    read: (hit) => ({
      cause: `The dependency injection (fx) fails: missing type ${hit.group(1)}, no constructor provides it`,
      fixes: [{ summary: `Provide a constructor for ${hit.group(1)}` }],
      bonus: 6,
    }),
  },
  {
    id: 'modules/dotnet-service',
    rank: 'exact',
    strength: 22,
    pattern:
      /Unable to resolve service for type '([^'\n]{1,200})' while attempting to activate '([^'\n]{1,200})'|No service for type '([^'\n]{1,200})' has been registered/,
    read: (hit) => ({
      cause: `The dependency injection has no service of type ${hit.group(1) || hit.group(3)}${hit.group(2) === '' ? '' : `, which ${hit.group(2)} needs`}: it is not registered (unable to resolve service)`,
      fixes: [{ summary: `Register ${hit.group(1) || hit.group(3)} in the service collection` }],
      bonus: 6,
    }),
  },
  {
    id: 'modules/node-resolve',
    rank: 'exact',
    strength: 20,
    pattern:
      /(?:Could not resolve|Can't resolve|Failed to resolve (?:import|entry for package)|Rollup failed to resolve import|Module not found: Error: Can't resolve) ['"]([@\w./-]{1,200})['"]/,
    read: (hit) =>
      absent(
        `Package or module ${hit.group(1)} cannot be resolved by the bundler: it is not found (not installed)`,
        `Add ${hit.group(1)} to the dependencies, or correct the import`,
      ),
  },
  {
    id: 'modules/nest-provider',
    rank: 'exact',
    strength: 22,
    pattern:
      /Nest can't resolve dependencies of the (\S{1,100}) \([^\n]{1,300}?argument "?([\w$]{1,100})"? at index \[(\d{1,3})\] is available in the (\S{1,100}) /,
    read: (hit) => ({
      cause: `Nest can't resolve the dependencies of ${hit.group(1)}: provider ${hit.group(2)} (index [${hit.group(3)}]) is not available in ${hit.group(4)}`,
      fixes: [
        { summary: `Add ${hit.group(2)} to the providers of ${hit.group(4)}, or import the module that exports it` },
      ],
      bonus: 6,
    }),
  },
  {
    id: 'modules/node',
    rank: 'exact',
    strength: 20,
    pattern: /Cannot find (?:module|package) ['"]([^'"]{1,200})['"](?: imported from ([^\s]{1,200}))?/,
    read: (hit) => {
      const name = hit.group(1);
      const file = /^[./]/.test(name);
      const from = hit.group(2) === '' ? '' : `, imported from ${hit.group(2).split('/').slice(-2).join('/')}`;
      return absent(
        `Node module ${name} is missing: cannot find module '${name}' (MODULE_NOT_FOUND${from})${file ? '; the file does not exist in the image' : '; it is not installed in the image'}`,
        file
          ? `Correct the path ${name}, or add the file to the image`
          : `Add ${name} to the dependencies in package.json and rebuild the image`,
      );
    },
  },
  {
    id: 'modules/java-main-class',
    rank: 'exact',
    strength: 22,
    pattern:
      /Could not find or load main class (\S{1,200})|no main manifest attribute, in (\S{1,200})|Main method not found in class ([\w.$]{1,200})|Unable to access jarfile (\S{1,200})|Invalid or corrupt jarfile (\S{1,200})|Error opening zip file or JAR manifest missing ?: (\S{1,200})/,
    read: (hit) => {
      if (hit.group(1) !== '')
        return absent(
          `Java could not find or load the main class ${hit.group(1)} (ClassNotFoundException): no such class on the class path`,
          `Correct the class name ${hit.group(1)} or the class path (-cp) in the command`,
        );
      if (hit.group(2) !== '')
        return absent(
          `The jar ${hit.group(2)} has no main class: no main manifest attribute`,
          `Name the main class in the command, or build an executable jar`,
        );
      if (hit.group(3) !== '')
        return absent(`Class ${hit.group(3)} has no main method: main method not found`, 'Name another main class');
      if (hit.group(4) !== '')
        return absent(
          `The jar file ${hit.group(4)} does not exist or cannot be read (unable to access jarfile, not found)`,
          `Correct the path of the jar in the command`,
        );
      if (hit.group(6) !== '')
        return absent(
          `The Java agent ${hit.group(6)} (-javaagent) does not exist or is no jar with a manifest (error opening zip file, JAR manifest missing)`,
          `Put ${hit.group(6)} into the image, or take -javaagent out of the JVM options`,
        );
      return absent(`The jar file ${hit.group(5)} is invalid or corrupt`, 'Build the image again with the whole jar');
    },
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
          `The image has Ruby version ${hit.group(5)}, but the Gemfile specifies ${hit.group(6)}`,
          'Use an image with that Ruby version',
        );
      const name = [1, 2, 3, 4].map(hit.group).find((one) => one !== '') ?? '';
      return absent(
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
          `PHP class ${hit.group(1)} is missing (Class "${hit.group(1)}" not found)`,
          'Install the package that holds the class, or correct the autoloader',
        );
      if (hit.group(2) !== '')
        return absent(
          `PHP function ${hit.group(2)} is missing (call to undefined function ${hit.group(2)}()): its extension is not installed`,
          'Install the PHP extension in the image',
        );
      const file = hit.group(3) || hit.group(4);
      if (file !== '')
        return absent(
          `PHP cannot open the required file ${file}: it does not exist (failed to open stream, no such file or directory)`,
          `Add ${file} to the image (composer install)`,
        );
      if (hit.match[0] === 'could not find driver')
        return absent(
          'The PHP database driver (PDO extension) is missing: could not find driver',
          'Install the pdo extension for the database',
        );
      return absent(`A PHP extension or version is missing: ${short(hit.match[0], 160)}`, 'Install it in the image');
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
            `Perl module ${hit.group(1).replace(/\.pm$/, '').replace(/\//g, '::')} is missing: can't locate ${hit.group(1)} in @INC (not installed)`,
            'Install the Perl module in the image',
          )
        : absent(
            `Perl package ${hit.group(3)} has no method ${hit.group(2)} (can't locate object method)${traceLocation(hit)}`,
            'Load the package that has the method',
          ),
  },
  {
    id: 'modules/dotnet',
    rank: 'exact',
    strength: 20,
    pattern:
      /Could not load file or assembly '([^',]{1,160})|The application to execute does not exist: '([^']{1,200})'|Framework:? '([\w.]{1,80})', version '([\w.-]{1,40})'|The specified (?:framework|SDK) '([^']{1,80})'[^\n]{0,60}not found|TypeLoadException: Could not load type '([^']{1,120})'|DllNotFoundException: Unable to load shared library '([^']{1,80})'|An assembly specified in the application dependencies manifest \(([^)]{1,100})\) was not found/,
    read: (hit) => {
      const name = [1, 2, 5, 6, 7, 8].map(hit.group).find((one) => one !== '') ?? '';
      if (hit.group(2) !== '')
        return absent(
          `The .NET application ${hit.group(2)} does not exist in the image (not found)`,
          'Correct the name of the assembly in the command',
        );
      if (hit.group(3) !== '')
        return absent(
          `The .NET framework ${hit.group(3)} version ${hit.group(4)} is missing (not installed in the image)`,
          'Use an image with that runtime version',
        );
      return absent(
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
      /module '([\w.-]{1,100})' not found:|there is no package called [\u2018'"]([\w.]{1,80})|ArgumentError: Package (\w{1,80}) not found in current path|\(UndefinedFunctionError\) function ([\w.:/]{1,120}) is undefined|could not find (?:crate|package|plugin|extension|provider|driver) [`'"]?([\w-]{1,80})|[Pp]lugin ["'`]?([\w./-]{1,100})["'`]? (?:is )?(?:not found|not installed|could not be (?:found|loaded)|is missing)|unknown (?:plugin|provider|driver|extension|module|output|input|exporter|receiver|processor):? ["'`]([\w./-]{1,80})["'`]/,
    read: (hit) => {
      const name = [1, 2, 3, 4, 5, 6, 7].map(hit.group).find((one) => one !== '') ?? '';
      return absent(
        `Module ${name} is missing: it is not found or not installed in the image (${short(hit.match[0], 100)})`,
        `Install ${name} in the image, or correct its name`,
      );
    },
  },
];
