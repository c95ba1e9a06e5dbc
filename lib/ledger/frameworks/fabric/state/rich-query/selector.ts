import { RICH_QUERY_DEPTH_MAX } from '../limits';
import { collate, isObject, type Json } from './collate';
import { parsePath, valueAt } from './field-path';
import { compilePattern } from './pattern';
import { queryError } from './query-error';

/** Whether a value matches; undefined is a field that is not there. */
export type Match = (value: Json | undefined) => boolean;

/**
 * CouchDB's selectors (its mango_selector.erl) as a function. Two of its rules surprise: a field that is not there
 * matches nothing but `$exists: false`, not even `$ne`; and `$not` goes down to the conditions, so that it does not turn
 * "not there" into a match. Throws `query-refused` for what is no selector.
 */
export function compileSelector(selector: Json): Match {
  if (!isObject(selector)) throw queryError('invalid_selector_json', 'Selector must be a JSON object');
  return compile(selector, { isNegated: false, isWhole: true, depth: 0 });
}

interface Place {
  /** Under an odd number of `$not` and `$nor`. */
  readonly isNegated: boolean;
  /** The conditions are about the whole document (or item of a list), not about one of its fields. */
  readonly isWhole: boolean;
  readonly depth: number;
}

function compile(selector: Json, place: Place): Match {
  const { isNegated, isWhole, depth } = place;
  if (depth > RICH_QUERY_DEPTH_MAX) throw queryError('invalid_selector_json', `Selector is nested deeper than ${RICH_QUERY_DEPTH_MAX} levels`);
  if (!isObject(selector)) return condition('$eq', selector, place);
  const parts = Object.entries(selector);
  if (parts.length === 0) return isWhole ? () => !isNegated : condition('$eq', selector, place);
  const matches = parts.map(([name, argument]) => (name.startsWith('$') ? operator(name, argument, place) : field(name, argument, place)));
  return isNegated ? anyOf(matches) : allOf(matches);
}

function field(name: string, argument: Json, place: Place): Match {
  const path = parsePath(name);
  const inner = compile(argument, { ...place, isWhole: false, depth: place.depth + 1 });
  return (value) => inner(value === undefined ? undefined : valueAt(value, path));
}

function operator(name: string, argument: Json, place: Place): Match {
  const { isNegated } = place;
  switch (name) {
    case '$and':
    case '$or': {
      const parts = listOf(name, argument).map((one) => combined(name, one, place));
      return (name === '$and') === isNegated ? anyOf(parts) : allOf(parts);
    }
    case '$nor': {
      const parts = listOf(name, argument).map((one) => combined(name, one, { ...place, isNegated: !isNegated }));
      return isNegated ? anyOf(parts) : allOf(parts);
    }
    case '$not':
      return combined(name, argument, { ...place, isNegated: !isNegated });
    default:
      return condition(name, argument, place);
  }
}

function combined(name: string, argument: Json, place: Place): Match {
  if (!isObject(argument)) throw badArgument(name, argument);
  return compile(argument, { ...place, depth: place.depth + 1 });
}

/** One test of one value. Negated, it still asks for the field to be there, but for `$exists`, which turns round. */
function condition(name: string, argument: Json, { isNegated, depth }: Place): Match {
  if (name === '$exists') {
    if (typeof argument !== 'boolean') throw badArgument(name, argument);
    return (value) => (value !== undefined) === (argument !== isNegated);
  }
  const test = testOf(name, argument, depth);
  return (value) => value !== undefined && test(value) !== isNegated;
}

function testOf(name: string, argument: Json, depth: number): (value: Json) => boolean {
  switch (name) {
    case '$eq':
      return (value) => collate(value, argument) === 0;
    case '$ne':
      return (value) => collate(value, argument) !== 0;
    case '$lt':
      return (value) => collate(value, argument) < 0;
    case '$lte':
      return (value) => collate(value, argument) <= 0;
    case '$gt':
      return (value) => collate(value, argument) > 0;
    case '$gte':
      return (value) => collate(value, argument) >= 0;
    case '$in':
    case '$nin': {
      const wanted = listOf(name, argument);
      const isIn = (value: Json) => (Array.isArray(value) ? (value as readonly Json[]) : [value]).some((item) => wanted.some((one) => collate(item, one) === 0));
      return (value) => isIn(value) === (name === '$in');
    }
    case '$all': {
      const wanted = listOf(name, argument);
      const isWhole = (value: readonly Json[]) => wanted.length === 1 && Array.isArray(wanted[0]) && collate(value, wanted[0]) === 0;
      const hasAll = (value: readonly Json[]) => wanted.every((one) => value.some((item) => collate(item, one) === 0));
      return (value) => wanted.length > 0 && Array.isArray(value) && (hasAll(value) || isWhole(value));
    }
    case '$elemMatch':
    case '$allMatch': {
      const match = combined(name, argument, { isNegated: false, isWhole: true, depth });
      if (name === '$elemMatch') return (value) => Array.isArray(value) && value.some((item: Json) => match(item));
      return (value) => Array.isArray(value) && value.length > 0 && value.every((item: Json) => match(item));
    }
    case '$keyMapMatch': {
      const match = combined(name, argument, { isNegated: false, isWhole: true, depth });
      return (value) => isObject(value) && Object.keys(value).some((key) => match(key));
    }
    case '$type':
      if (typeof argument !== 'string') throw badArgument(name, argument);
      return (value) => typeName(value) === argument;
    case '$size':
      if (!isWhole(argument) || argument < 0) throw badArgument(name, argument);
      return (value) => Array.isArray(value) && value.length === argument;
    case '$mod': {
      const [divisor, remainder] = listOf(name, argument);
      if (!isWhole(divisor) || divisor === 0 || !isWhole(remainder) || (argument as readonly Json[]).length !== 2) throw badArgument(name, argument);
      return (value) => isWhole(value) && value % divisor === remainder;
    }
    case '$beginsWith':
      if (typeof argument !== 'string') throw badArgument(name, argument);
      return (value) => typeof value === 'string' && value.startsWith(argument);
    case '$regex': {
      if (typeof argument !== 'string') throw badArgument(name, argument);
      const matches = compilePattern(argument);
      return (value) => typeof value === 'string' && matches(value);
    }
    default:
      throw queryError('invalid_operator', `Invalid operator: ${name.slice(0, 80)}`);
  }
}

function allOf(parts: readonly Match[]): Match {
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : (value) => parts.every((match) => match(value));
}

function anyOf(parts: readonly Match[]): Match {
  return (value) => parts.some((match) => match(value));
}

function listOf(name: string, argument: Json): readonly Json[] {
  if (!Array.isArray(argument)) throw badArgument(name, argument);
  return argument;
}

function isWhole(value: Json | undefined): value is number {
  return typeof value === 'number' && Number.isInteger(value);
}

function typeName(value: Json): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

function badArgument(name: string, argument: Json): Error {
  return queryError('bad_arg', `Bad argument for operator ${name}: ${JSON.stringify(argument).slice(0, 200)}`);
}
