import { base64Of, type Make } from './made-up.ts';

/** A text with a secret that only its place gives away. */
export interface Placed {
  text: string;
  /** What may not be left of it. */
  secret: string;
}

/** A way in which a secret stands under a name, in an address, in a header or on a command line. */
export type NamedValue = readonly [name: string, place: (make: Make) => Placed];

const put =
  (before: string, after = '', make: (make: Make) => string = (m) => m('word', 20)) =>
  (m: Make): Placed => {
    const secret = make(m);
    return { text: `${before}${secret}${after}`, secret };
  };
const userAndPassword = (m: Make): string => base64Of(`deploy:${m('word', 20)}`);
const beforeBase64 = (before: string, after = '') => put(before, after, userAndPassword);

/** The places in which values of any shape are secrets. The values are made up of letters and digits: nothing about them helps. */
export const NAMED_VALUES: readonly NamedValue[] = [
  // Assignments
  ['shell', put('export DB_PASSWORD=', '')],
  ['shell in quotes', put('export DB_PASSWORD="', '"')],
  ['a list of the environment', put('  NPM_CONFIG_TOKEN: ')],
  ['AWS secret key', put('AWS_SECRET_ACCESS_KEY=', '', (m) => m('base64', 40))],
  ['AWS credentials file', put('aws_secret_access_key = ', '', (m) => m('base64', 40))],
  ['DB_PASS', put('DB_PASS=')],
  ['DB_PWD, like a path', put('export DB_PWD=/')],
  ['MYSQL_PWD, like a path', put('MYSQL_PWD=/', ' mysqldump shop')],
  ['DB_PWD, like a path in JSON', put('{"db_pwd": "/', '"}')],
  ['PGPASSWORD before a command', put('PGPASSWORD=', ' psql -h db')],
  ['ENCRYPTION_KEY', put('ENCRYPTION_KEY=')],
  ['signing key', put('SIGNING_KEY: ')],
  ['Java property', put('spring.datasource.password=')],
  ['-D of Java', put('mvn verify -Dsonar.token=', ' -B')],
  ['YAML', put('client_secret: ')],
  ['Ruby', put('{:password=>"', '"}')],
  ['PHP', put("['password' => '", "']")],
  ['Go struct', put('{User:deploy Password:', ' Host:db}')],
  ['Java map', put('{user=deploy, password=', ', host=db}')],
  ['PowerShell', put('$env:DEPLOY_TOKEN = "', '"')],
  ['Terraform', put('+ admin_password = "', '"')],
  ['Ansible', put('"ansible_become_pass": "', '"')],
  ['docker -e', put('docker run -e MYSQL_ROOT_PASSWORD=', ' mysql')],
  // JSON, XML
  ['JSON', put('{"password":"', '"}')],
  ['JSON in JSON', put('{"body":"{\\"password\\":\\"', '\\"}"}')],
  ['JSON in JSON in JSON', put('{"a":"{\\"b\\":\\"{\\\\\\"api_key\\\\\\":\\\\\\"', '\\\\\\"}\\"}"}')],
  ["Python's dict", put("{'access_token': '", "'}")],
  ['XML element', put('<password>', '</password>')],
  ['XML element of Jenkins', put('<apiToken>', '</apiToken>')],
  ['escaped =', put('{"q":"password\\u003d', '\\u0026user\\u003dx"}')],
  // Addresses
  ['user and password in an address', put('https://deploy:', '@git.example.org/x.git')],
  ['token in an address', put('https://', '@git.example.org/x.git', (m) => m('hex', 40))],
  ['oauth2 in an address', put('https://oauth2:', '@gitlab.example.org/x.git')],
  ['Postgres', put('postgres://app:', '@db.example.org:5432/app')],
  ['MongoDB', put('mongodb+srv://app:', '@cluster.example.org/app?w=1')],
  ['Redis without a user', put('redis://:', '@cache.example.org:6379/0')],
  ['AMQP', put('amqp://guest:', '@queue.example.org/vhost')],
  ['JDBC', put('jdbc:postgresql://db/app?user=app&password=', '&ssl=true')],
  ['Sentry DSN', put('https://', '@o1.ingest.example.org/2', (m) => m('hex', 32))],
  ['query', put('GET /v1/x?access_token=', '&page=2')],
  ['query, encoded', put('redirect=%2Fx%3Ftoken%3D', '%26page%3D2')],
  ['signed for S3', put('https://b.example.org/o?X-Amz-Expires=60&X-Amz-Signature=', '', (m) => m('hex', 64))],
  ['signed for Google', put('https://b.example.org/o?X-Goog-Signature=', '', (m) => m('hex', 128))],
  ['signed for Azure', put('https://b.example.org/o?sv=2022-11-02&sig=', '&se=2026', (m) => m('word', 44))],
  [
    'webhook of Slack',
    put('https://hooks.slack.com/services/', '', (m) => `T${m('upper', 10)}/B${m('upper', 10)}/${m('word', 24)}`),
  ],
  ['webhook of Discord', put(`https://discord.com/api/webhooks/${'1'.repeat(19)}/`, '', (m) => m('url', 68))],
  [
    'webhook of Teams',
    put(
      'https://x.webhook.office.com/webhookb2/',
      '',
      (m) => `${m('hex', 36)}@${m('hex', 36)}/IncomingWebhook/${m('hex', 32)}`,
    ),
  ],
  // Connection strings
  ['Azure storage', put('AccountName=x;AccountKey=', ';EndpointSuffix=y', (m) => `${m('base64', 86)}==`)],
  ['Azure service bus', put('SharedAccessKeyName=x;SharedAccessKey=', '', (m) => `${m('base64', 43)}=`)],
  ['SQL Server', put('Server=db;User Id=sa;Password=', ';Encrypt=true')],
  ['SQL Server, short', put('Server=db;Uid=sa;Pwd=', ';')],
  // Headers
  ['basic', beforeBase64('Authorization: Basic ')],
  ['basic in JSON', beforeBase64('{"Authorization":"Basic ', '"}')],
  ['basic in JSON in JSON', beforeBase64('{"h":"{\\"Authorization\\": \\"Basic ', '\\"}"}')],
  ["basic in git's settings", beforeBase64('git -c http.extraheader="AUTHORIZATION: basic ', '" fetch')],
  ['basic without its header', beforeBase64('credentials sent: Basic ')],
  ['bearer', put('Authorization: Bearer ')],
  ['bearer in JSON in JSON', put('{"h":"{\\"authorization\\":\\"Bearer ', '\\"}"}')],
  ['bearer in quotes of curl', put("curl -H 'Authorization: Bearer ", "' https://x.example.org")],
  ['proxy', beforeBase64('Proxy-Authorization: Basic ')],
  ['token of GitLab', put('PRIVATE-TOKEN: ')],
  ['key', put('X-Api-Key: ')],
  ['token of Vault', put('X-Vault-Token: ')],
  ['cookie', put('Cookie: session=')],
  ['set cookie', put('< set-cookie: _session=', '; HttpOnly')],
  // Files of tools
  ["Docker's settings", beforeBase64('{"auths":{"r.example.org":{"auth":"', '"}}}')],
  ["npm's settings", put('//r.example.org/:_authToken=')],
  ["npm's settings of old", beforeBase64('_auth=')],
  ['netrc', put('machine git.example.org login deploy password ')],
  ['Secret of Kubernetes', put('  db-password: ', '', (m) => base64Of(m('word', 18)))],
  // Command lines
  ['curl -u', put('curl -sS -u deploy:', ' https://x.example.org')],
  ['curl -u in quotes', put('curl -u "deploy:', '" https://x.example.org')],
  ['wget', put('wget --http-user=deploy --http-password=', ' https://x.example.org')],
  ['docker login', put('docker login -u deploy -p ', ' r.example.org')],
  ['helm', put('helm registry login r.example.org -u deploy --password ')],
  ['longer option', put('twine upload --repository-password ', ' dist/*')],
  ['option with =', put('gh-release --github-token=', ' v1')],
  ['mysql', put('mysql -u root -p', ' shop')],
  ['sshpass', put('sshpass -p ', ' ssh host')],
  ['nuget', put('nuget push x.nupkg -ApiKey ', ' -Source y')],
  // SQL
  ['SQL, role', put("ALTER ROLE app WITH PASSWORD '", "'")],
  ['SQL, user', put("CREATE USER app IDENTIFIED BY '", "'")],
];
