import { describe, expect, it } from 'vitest';
import { AppError, hasCode, httpStatusOf, isAppError } from './errors';

describe('AppError', () => {
  it('keeps our message and the user’s apart', () => {
    const error = new AppError('NOT_FOUND', { subject: 'application' }, { publicMessage: 'No such application.', message: 'app_1 of org_2' });
    expect(error.message).toBe('app_1 of org_2');
    expect(error.publicMessage).toBe('No such application.');
    expect(error.status).toBe(404);
  });

  it('is retryable when a neighbour is away and not when the user is wrong', () => {
    const away = new AppError('UNAVAILABLE', { what: 'database' }, { publicMessage: 'Try again.' });
    const wrong = new AppError('CONFLICT', { subject: 'application' }, { publicMessage: 'Reload.' });
    expect([away.retryable, wrong.retryable]).toEqual([true, false]);
  });

  it('is recognised by shape, because instanceof fails across bundles', () => {
    const foreign = Object.assign(new Error('x'), { name: 'AppError', code: 'NOT_FOUND', details: {} });
    expect(isAppError(foreign)).toBe(true);
    expect(hasCode(foreign, 'NOT_FOUND')).toBe(true);
    expect(isAppError(Object.assign(new Error('x'), { code: 'NOT_FOUND' }))).toBe(false);
    expect(isAppError(Object.assign(new Error('x'), { name: 'AppError', code: 'P2002' }))).toBe(false);
    expect(isAppError({ name: 'AppError', code: 'NOT_FOUND' })).toBe(false);
  });

  it('maps each code to a client or server error status', () => {
    for (const status of Object.values(httpStatusOf)) expect(status).toBeGreaterThanOrEqual(400);
  });
});
