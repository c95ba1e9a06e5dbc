import { describe, expect, it } from 'vitest';
import { projectPath } from '../supervisor/project.mjs';
import { parseBackupOptions, parseRestoreOptions } from './options.mjs';

describe('npm run backup', () => {
  it('saves the installation that npm start runs, beside it', () => {
    expect(parseBackupOptions([], {})).toEqual({ help: false, data: projectPath('.data'), to: projectPath('.backups'), verify: false, keep: undefined });
    expect(parseBackupOptions(['--keep', '7', '--verify'], { CHAINWORKS_DATA: '/srv/data', CHAINWORKS_BACKUPS: '/mnt/backups' })).toMatchObject({ data: '/srv/data', to: '/mnt/backups', verify: true, keep: 7 });
  });

  it('does not write into what it saves', () => {
    expect(() => parseBackupOptions(['--data', '/srv/data', '--to', '/srv/data/backups'], {})).toThrow('outside of /srv/data');
    expect(parseBackupOptions(['--data', '/srv/data', '--to', '/srv/data-backups'], {}).to).toBe('/srv/data-backups');
  });

  it.each(['0', '-1', '1.5', 'all', '100000'])('refuses to keep %s backups', (keep) => {
    expect(() => parseBackupOptions([`--keep=${keep}`], {})).toThrow('--keep must be a number');
  });

  it('names what it does not know, with its usage', () => {
    expect(() => parseBackupOptions(['--into', '/x'], {})).toThrow(/--into[\s\S]*npm run backup -- \[options\]/);
  });
});

describe('npm run restore', () => {
  it('needs a backup, and one of a place and --verify', () => {
    expect(() => parseRestoreOptions(['--data', '/srv/new'])).toThrow('Name the backup with --from');
    expect(() => parseRestoreOptions(['--from', '/b'])).toThrow('or use --verify');
    expect(() => parseRestoreOptions(['--from', '/b', '--data', '/srv/new', '--verify'])).toThrow('or use --verify');
    expect(parseRestoreOptions(['--from', '/b', '--data', '/srv/new'])).toEqual({ help: false, from: '/b', data: '/srv/new', verify: false });
  });
});
