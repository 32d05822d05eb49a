import { adminCallOf } from '../../local/admin-arguments.ts';

const parsed = (line: string) => adminCallOf(line.split(' ').filter((word) => word !== ''));

describe('npm run admin', () => {
  test.each<[line: string, event: object, dataDir: string]>([
    [
      'create-user --email a@b.example --name Ada',
      { command: 'create-user', email: 'a@b.example', name: 'Ada' },
      '.signpost',
    ],
    [
      'create-user --email a@b.example --name Ada --password secret --admin --plan pro --data elsewhere',
      { command: 'create-user', email: 'a@b.example', name: 'Ada', password: 'secret', is_admin: true, plan: 'pro' },
      'elsewhere',
    ],
    ['make-admin --email a@b.example', { command: 'make-admin', email: 'a@b.example' }, '.signpost'],
    ['--email a@b.example reset-password', { command: 'reset-password', email: 'a@b.example' }, '.signpost'],
  ])('"%s" is an event of the admin function', (line, event, dataDir) => {
    expect(parsed(line)).toEqual({ event, dataDir });
  });

  test.each(['--help', '-h', 'help', 'create-user --help'])('"%s" asks for help', (line) => {
    expect(parsed(line)).toBeNull();
  });

  test.each<[line: string, message: RegExp]>([
    ['', /"" is no command; there are create-user, make-admin, reset-password/],
    ['delete-user --email a@b.example', /"delete-user" is no command/],
    ['make-admin a@b.example', /"make-admin a@b.example" is no command/],
    ['constructor --email a@b.example', /is no command/],
    ['create-user --email a@b.example', /create-user needs --name/],
    ['make-admin', /make-admin needs --email/],
    ['reset-password --email a@b.example --password secret', /reset-password takes no --password/],
    ['make-admin --email a@b.example --admin', /make-admin takes no --admin/],
    ['create-user --emial a@b.example', /Unknown option '--emial'/],
  ])('"%s" is told what is wrong with it', (line, message) => {
    expect(() => parsed(line)).toThrow(message);
  });
});
