/** Words that an attacker who knows the account tries first. */
export interface PasswordContext {
  email?: string | undefined;
  names?: readonly (string | undefined)[];
}

/**
 * Words that fill the published lists of leaked passwords. With a minimum of twelve characters the lists' own entries
 * are too short, so what is left to catch are these words strung together, repeated or padded with digits.
 */
const commonWords = `
password passwort passwd passw0rd contrasena motdepasse senha secret letmein letme welcome willkommen bienvenue hello
admin administrator root user guest test testing demo default changeme change temp temporary login signin access
qwerty qwertz azerty asdf zxcv iloveyou love lovely forever always angel baby babygirl princess sunshine rainbow
flower butterfly cookie chocolate cheese banana apple orange summer winter spring autumn january february march april
june july august september october november december monday tuesday wednesday thursday friday saturday sunday
monkey dragon tiger lion eagle panther shadow master killer hunter ranger soldier batman superman spiderman pokemon
naruto starwars matrix football baseball basketball soccer hockey liverpool chelsea arsenal barcelona juventus
charlie michael jordan jessica ashley daniel thomas robert andrew joshua matthew michelle jennifer nicole samantha
computer internet google facebook linkedin microsoft windows samsung iphone android whatever nothing trustno trust
freedom money dollar bitcoin ethereum crypto blockchain chainworks chain ledger wallet company business office server
database cloud devops developer publisher correcthorsebatterystaple
`.trim().split(/\s+/).sort((a, b) => b.length - a.length);

const keyboardRows = ['abcdefghijklmnopqrstuvwxyz', '01234567890', 'qwertyuiop', 'qwertzuiop', 'azertyuiop', 'asdfghjkl', 'zxcvbnm', '1qaz2wsx3edc4rfv5tgb', '!@#$%^&*()'];
const lookalikes: Readonly<Record<string, string>> = { '0': 'o', '1': 'i', '3': 'e', '4': 'a', '5': 's', '7': 't', '@': 'a', $: 's', '!': 'i' };

/** Characters that must remain when everything predictable is taken out. */
const unpredictableMin = 5;

/**
 * Why this password would be guessed early, in words for its owner; undefined when nothing is found.
 * Compares with a built-in list of common words, rows of keys, repetitions, years and the account's own words.
 */
export function guessableBecause(password: string, context: PasswordContext = {}): string | undefined {
  const text = password.normalize('NFKC').toLowerCase();
  if (new Set(text).size < 5) return 'This repeats a few characters. Choose another password.';
  if (isRepetition(text)) return 'This repeats one short part. Choose another password.';

  const own = contextWords(context);
  if (remainder(text, own) < unpredictableMin) return 'This is made of your own name or address. Choose another password.';
  if (remainder(text, [...own, ...commonWords]) < unpredictableMin) {
    return 'This is made of words and rows of keys that are guessed first. Choose another password.';
  }
  return undefined;
}

function contextWords({ email = '', names = [] }: PasswordContext): string[] {
  return [email, ...names]
    .flatMap((text) => (text ?? '').toLowerCase().split(/[^\p{L}\p{N}]+/u))
    .filter((word) => word.length >= 3)
    .sort((a, b) => b.length - a.length);
}

function isRepetition(text: string): boolean {
  return /^(.{1,6})\1+.{0,2}$/su.test(text);
}

/** Characters left when the words (also in l00kalike spelling), rows of keys, years and repeats are taken out. */
function remainder(text: string, words: readonly string[]): number {
  let rest = text;
  for (const word of words) rest = removeWord(rest, word);
  rest = removeRows(rest)
    .replace(/(19|20)\d\d/g, ' ')
    .replace(/(.)\1{2,}/gsu, '$1');
  return [...rest.replace(/\s/g, '')].length;
}

function removeWord(text: string, word: string): string {
  const plain = [...text].map((character) => lookalikes[character] ?? character).join('');
  let result = '';
  for (let index = 0; index < text.length; ) {
    if (text.startsWith(word, index) || plain.startsWith(word, index)) {
      result += ' ';
      index += word.length;
    } else {
      result += text[index];
      index += 1;
    }
  }
  return result;
}

function removeRows(text: string): string {
  let result = text;
  for (const row of keyboardRows) {
    for (const line of [row, [...row].reverse().join('')]) {
      for (let length = Math.min(line.length, 12); length >= 3; length--) {
        for (let start = 0; start + length <= line.length; start++) result = result.replaceAll(line.slice(start, start + length), ' ');
      }
    }
  }
  return result;
}
