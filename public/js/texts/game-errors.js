/** What the errors of a running game mean, in plain words. */
import { text } from './index.js';

/** @type {Record<string, string>} */
const KINDS = {
  error: text.errorUncaught,
  unhandledrejection: text.errorUncaught,
  promise: text.errorUncaught,
  console: text.errorConsole,
  'console.error': text.errorConsole,
};

/** @type {[RegExp, (name: string) => string][]} */
const MEANINGS = [
  [/(\S+) is not defined|Can't find variable: (\S+)/, text.errorNotDefined],
  [
    /Cannot (?:read|set) propert(?:y|ies) of (?:undefined|null) \((?:reading|setting) '([^']+)'\)/,
    text.errorOfNothing,
  ],
  [/(\S+) is not a function/, text.errorNotFunction],
  [/Cannot access '([^']+)' before initialization/, text.errorTooEarly],
  [/Assignment to constant variable/, () => text.errorConstant],
  [/Maximum call stack/, () => text.errorEndless],
  [/SyntaxError|Unexpected (?:token|identifier|end)|missing \)/, () => text.errorSyntax],
  [/Failed to (?:load|fetch)|NetworkError|ERR_|404/, () => text.errorLoading],
];

/** @param {string} type as the game's page reports it */
export function errorKind(type) {
  return KINDS[type.toLowerCase()] ?? text.errorUncaught;
}

/** @param {string} message @returns {string} a sentence; the message itself stands below it */
export function explainGameError(message) {
  for (const [pattern, say] of MEANINGS) {
    const match = message.match(pattern);
    if (match) return say(match.slice(1).find((part) => part !== undefined) ?? '');
  }
  return text.errorUnknown;
}
