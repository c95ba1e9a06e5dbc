// SPDX-License-Identifier: Apache-2.0

/** Spelt and ordered as the clients of fabric-samples' asset-transfer-basic know it. */
export interface Asset {
  AppraisedValue: number;
  Color: string;
  ID: string;
  Owner: string;
  Size: number;
}

/** Its fields in the order of the alphabet: every endorser has to come to the same bytes. */
export function encodeAsset({ AppraisedValue, Color, ID, Owner, Size }: Asset): Buffer {
  return Buffer.from(JSON.stringify({ AppraisedValue, Color, ID, Owner, Size }));
}

/** From the arguments of a transaction, which are texts. Throws with the name of the one that is wrong. */
export function readAsset(id: string, color: string, size: string, owner: string, appraisedValue: string): Asset {
  return {
    AppraisedValue: readWholeNumber('appraised value', appraisedValue),
    Color: checkText('color', color, 64),
    ID: checkText('ID', id, 64),
    Owner: checkText('owner', owner, 256),
    Size: readWholeNumber('size', size),
  };
}

export function checkText(name: string, text: string, charsMax: number): string {
  if (text.trim() === '') throw new Error(`The ${name} of an asset may not be empty`);
  if (text.length > charsMax) throw new Error(`The ${name} of an asset has at most ${charsMax} characters, this one ${text.length}`);
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text)) throw new Error(`The ${name} of an asset is one line without control characters`);
  return text;
}

/**
 * Were the parameter a number, the contract API would convert it: an empty text to 0, 0x10 to 16, and what is no number to an
 * error that does not say which argument was meant.
 */
export function readWholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (!/^\d{1,16}$/.test(text) || !Number.isSafeInteger(value)) throw new Error(`The ${name} is a whole number of 0 or more in decimal digits, not "${text.slice(0, 40)}"`);
  return value;
}
