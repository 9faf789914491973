import { ConfigError } from './errors.ts';
import { withSecretFiles } from './secret-files.ts';

describe('secrets in files', () => {
  const files: Record<string, string> = { '/run/secret': 'hush\n' };
  function read(path: string): string {
    const content = files[path];
    if (content === undefined) throw new Error(`no such file: ${path}`);
    return content;
  }

  it.each`
    given                                                         | found
    ${{ GITHUB_TOKEN_FILE: '/run/secret' }}                       | ${{ GITHUB_TOKEN: 'hush' }}
    ${{ DATABASE_URL_FILE: '/run/secret' }}                       | ${{ DATABASE_URL: 'hush' }}
    ${{ GITHUB_TOKEN_FILE: '/run/secret', GITHUB_TOKEN: 'said' }} | ${{ GITHUB_TOKEN: 'said' }}
    ${{ GITHUB_TOKEN_FILE: '/run/secret', GITHUB_TOKEN: '' }}     | ${{ GITHUB_TOKEN: 'hush' }}
    ${{ GITHUB_TOKEN_FILE: '' }}                                  | ${{}}
    ${{ OTEL_EXPORTER_OTLP_HEADERS_FILE: '/run/secret' }}         | ${{ OTEL_EXPORTER_OTLP_HEADERS: 'hush' }}
    ${{ OTEL_EXPORTER_OTLP_TRACES_HEADERS_FILE: '/run/secret' }}  | ${{ OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'hush' }}
    ${{ DEPENDENCY_REGISTRY_FILE: '/run/secret' }}                | ${{ DEPENDENCY_REGISTRY: 'hush' }}
    ${{ SSL_CERT_FILE: '/no/such/file', PATH: '/usr/bin' }}       | ${{ PATH: '/usr/bin' }}
  `('$given is $found', ({ given, found }) => {
    expect(withSecretFiles(given, read)).toEqual({ ...given, ...found });
  });

  it('names the variable whose file is missing', () => {
    const reading = () => withSecretFiles({ GITLAB_TOKEN_FILE: '/none' }, read);
    expect(reading).toThrow(ConfigError);
    expect(reading).toThrow("GITLAB_TOKEN_FILE names a file that can't be read: no such file: /none");
  });
});
