/** Tokens that are known by their own shape, wherever they stand. */
export interface TokenFamily {
  /** Whose they are. */
  of: string;
  /** One of these stands in each of them, in any case: three characters or more. */
  hints: readonly string[];
  /** Regular expression of one, from its first character. Each repetition is of a class that what follows it is not in, or bounded. */
  shape: string;
}

const HEX = '[0-9a-f]';
const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const each = (word: string, ends: string): string[] => [...ends].map((end) => `${word}${end}`);
const family = (of: string, hints: string, shape: string): TokenFamily => ({ of, hints: hints.split(' '), shape });

/**
 * Prefixes, alphabets and lengths are facts that the makers document; gitleaks' and secretlint's lists of rules (both MIT) were read for which there are.
 * Lengths are least ones: a maker that makes its tokens longer must not make them visible. ADR 0043 has the figures.
 */
export const TOKEN_FAMILIES: readonly TokenFamily[] = [
  // Code hosts and CI
  family('GitHub', 'ghp_ gho_ ghu_ ghs_ ghr_', String.raw`gh[pousr]_\w{16,}(?:\.[\w-]{6,}\.[\w-]{6,})?`),
  family('GitHub', 'github_pat_', String.raw`github_pat_\w{16,}`),
  family(
    'GitLab',
    'glpat- glrt- gldt- glptt- glcbt- glsoat- glft- glimt- glagent- gloas- glffct-',
    String.raw`gl(?:pat|rt|dt|ptt|cbt|soat|ft|imt|agent|oas|ffct)-[\w-]{16,}(?:\.[\w-]{2,}){0,2}`,
  ),
  family('GitLab', 'GR1348941', String.raw`GR1348941[\w-]{16,}`),
  family('Atlassian', 'ATATT3 ATCTT3', String.raw`AT[AC]TT3[\w=-]{50,}`),
  family('Bitbucket', 'ATBB', String.raw`ATBB[A-Za-z0-9]{24,}`),
  family('CircleCI', 'CCIPAT_ CCIPRJ_', String.raw`CCIP(?:AT|RJ)_\w{24,}`),
  family('Buildkite', 'bkua_ bkat_ bkct_', String.raw`bk(?:ua|at|ct)_\w{32,}`),
  family('SonarQube', 'squ_ sqp_ sqa_', `sq[upa]_${HEX}{40}`),
  family('Prunella', 'prn_', String.raw`prn_[\w-]{40,}`),
  // Registries
  family('npm', 'npm_', String.raw`npm_[A-Za-z0-9]{30,}`),
  family('PyPI', 'pypi-', String.raw`pypi-[\w-]{32,}`),
  family('RubyGems', 'rubygems_', `rubygems_${HEX}{40,}`),
  family('NuGet', 'oy2', String.raw`oy2[a-z0-9]{43}`),
  family('crates.io', 'cio', String.raw`cio[A-Za-z0-9]{32}(?!\w)`),
  family('Clojars', 'CLOJARS_', String.raw`CLOJARS_[a-z0-9]{50,}`),
  family('Docker Hub', 'dckr_', String.raw`dckr_(?:pat|oat)_[\w-]{16,}`),
  family('JFrog', 'AKCp', String.raw`AKCp[A-Za-z0-9]{60,}`),
  family('JFrog', 'cmVmd', String.raw`cmVmd[A-Za-z0-9]{59}`),
  // Clouds
  family(
    'AWS',
    'AKIA ASIA ABIA ACCA AGPA AROA AIDA',
    String.raw`(?:AKIA|ASIA|ABIA|ACCA|AGPA|AROA|AIDA)[0-9A-Z]{16}(?!\w)`,
  ),
  family('AWS', 'ABSK', String.raw`ABSK[\w+/]{80,}={0,2}`),
  family('Google', 'AIza', String.raw`AIza[\w-]{35,}`),
  family('Google', 'ya29.', String.raw`ya29\.[\w-]{16,}`),
  family('Google', 'GOCSPX-', String.raw`GOCSPX-[\w-]{20,}`),
  family('Google', '1//0', String.raw`1\/\/0[\w-]{40,}`),
  {
    of: 'Azure',
    hints: [...'0123456789'].map((digit) => `${digit}Q~`),
    shape: String.raw`[\w.~-]{3}\dQ~[\w.~-]{31,40}`,
  },
  family('Azure DevOps', 'AZDO', String.raw`[A-Za-z0-9]{52}JQQJ99[A-Za-z0-9]{18}AZDO[A-Za-z0-9]{4}`),
  family('Alibaba', 'LTAI', String.raw`LTAI[A-Za-z0-9]{16,}`),
  family('Tencent', 'AKID', String.raw`AKID[A-Za-z0-9]{32}`),
  family('DigitalOcean', '_v1_', String.raw`do[opr]_v1_\w{32,}`),
  family('Heroku', 'HRKU-', String.raw`HRKU-[\w-]{36,}`),
  family('Fly.io', 'fm1 fm2_ fo1_', String.raw`(?:fm1[ar]|fm2)_[\w+/]{80,}={0,3}|fo1_[\w-]{43}`),
  family('Netlify', 'nfp_', String.raw`nfp_[A-Za-z0-9]{36,}`),
  family('Vercel', 'vcp_ vci_ vca_ vcr_ vck_', String.raw`vc[picark]_[A-Za-z0-9]{24,}`),
  family('Cloudflare', 'cfut_ cfat_ cfk_', String.raw`cf(?:ut|at|k)_[A-Za-z0-9]{40,}`),
  family('Cloudflare', 'v1.0-', `v1\\.0-${HEX}{24}-${HEX}{120,}`),
  family('Supabase', 'sbp_ sb_secret_', String.raw`(?:sbp_${HEX}{40}|sb_secret_[\w-]{20,})`),
  family('PlanetScale', 'pscale_', String.raw`pscale_(?:tkn|pw|oauth)_[\w.=-]{32,}`),
  family('Databricks', 'dapi', String.raw`dapi${HEX}{32}(?:-\d)?`),
  // What keeps secrets, or makes infrastructure of them
  family('Vault', 'hvs. hvb. hvr.', String.raw`hv[sbr]\.[\w-]{20,}`),
  family('Terraform Cloud', '.atlasv1.', String.raw`[A-Za-z0-9]{14}\.atlasv1\.[\w-]{50,}`),
  family('Doppler', 'dp.', String.raw`dp\.(?:pt|st|ct|sa|scim|audit)\.(?:[a-z0-9_-]{2,35}\.)?[A-Za-z0-9]{40,}`),
  family('1Password', 'ops_eyJ', String.raw`ops_eyJ[\w+/=-]{100,}`),
  { of: '1Password', hints: ['A3-'], shape: String.raw`A3-[A-Z0-9]{6}(?:-[A-Z0-9]{5,6}){4,5}` },
  family('Pulumi', 'pul-', `pul-${HEX}{40}`),
  family('Infracost', 'ico-', String.raw`ico-[A-Za-z0-9]{32}(?!\w)`),
  family('Prefect', 'pnu_ pnb_', String.raw`pn[ub]_[a-z0-9]{36}`),
  family('age', 'AGE-SECRET-KEY-1', String.raw`AGE-SECRET-KEY-1[A-Z0-9]{50,}`),
  // Of nkeys: the third character is A for all kinds, the fourth holds a bit of the kind, which is 0.
  {
    of: 'NATS',
    hints: [...'ACNOUX'].flatMap((kind) => each(`S${kind}A`, 'ABCDEFGHIJKLMNOP')),
    shape: 'S[ACNOUX]A[A-P][A-Z2-7]{54}',
  },
  family('OpenShift', 'sha256~', String.raw`sha256~[\w-]{40,}`),
  family('Tailscale', 'tskey-', String.raw`tskey-[a-z]{2,20}-[\w-]{16,}`),
  // What watches
  family('Grafana', 'glsa_', String.raw`glsa_\w{32,}`),
  family('Grafana', 'glc_eyJ', String.raw`glc_eyJ[\w+/]{24,}={0,2}`),
  family('Grafana', 'eyJrIjoi', String.raw`eyJrIjoi[\w+/]{24,}={0,2}`),
  family('New Relic', 'NRAK- NRJS- NRII- NRAA-', String.raw`NR(?:AK|JS|II|AA)-[\w-]{19,}`),
  family('Sentry', 'sntrys_', String.raw`sntrys_[\w+/=-]{40,}`),
  family('Sentry', 'sntryu_', `sntryu_${HEX}{64}`),
  family('Dynatrace', 'dt0c01. dt0s0', String.raw`dt0[a-z]\d\d\.[A-Z0-9]{8,24}\.[A-Z0-9]{64}`),
  family('LaunchDarkly', 'sdk- mob-', `(?:sdk|mob)-${UUID}`),
  family('Postman', 'PMAK-', `PMAK-${HEX}{24}-${HEX}{34}`),
  family('Octopus', 'API-', String.raw`API-[A-Z0-9]{25,}`),
  // People and money
  family('Slack', 'xoxa- xoxb- xoxe- xoxo- xoxp- xoxr- xoxs- xoxe.', String.raw`(?:xoxe\.)?xox[abeoprs]-[\w-]{8,}`),
  family('Slack', 'xapp-', String.raw`xapp-\d-[\w-]{24,}`),
  family('Telegram', ':AA', String.raw`\d{8,10}:AA[\w-]{33}`),
  family('Linear', 'lin_api_', String.raw`lin_api_\w{32,}`),
  family('Notion', 'ntn_', String.raw`ntn_\d{11}[A-Za-z0-9]{32,}`),
  family('Figma', 'figd_', String.raw`figd_[\w-]{40,}`),
  family('SendGrid', 'SG.', String.raw`(?<!-)SG\.[\w-]{16,}\.[\w-]{16,}`),
  family('Brevo', 'xkeysib-', String.raw`xkeysib-[\w-]{64,}`),
  family('Mailgun', 'key-', String.raw`(?<!-)key-${HEX}{32}(?!\w)`),
  { of: 'Mailchimp', hints: each('-us', '123456789'), shape: String.raw`${HEX}{32}-us\d{1,2}(?!\w)` },
  { of: 'Twilio', hints: each('SK', '0123456789abcdef'), shape: String.raw`SK${HEX}{32}(?!\w)` },
  family('Stripe', 'k_live_ k_test_', String.raw`[sr]k_(?:live|test)_\w{16,}`),
  family('Stripe', 'whsec_', String.raw`whsec_[\w+/=]{24,}`),
  family('Square', 'EAAA', String.raw`EAAA[\w-]{60}`),
  family('Square', 'sq0atp- sq0csp-', String.raw`sq0(?:atp|csp)-[\w-]{22,}`),
  family('Shopify', 'shpat_ shpca_ shppa_ shpss_', String.raw`shp(?:at|ca|pa|ss)_[A-Za-z0-9]{32,}`),
  family('Shippo', 'shippo_', String.raw`shippo_(?:live|test)_${HEX}{40}`),
  family('EasyPost', 'EZAK EZTK', String.raw`EZ[AT]K[A-Za-z0-9]{54}`),
  // Models
  family(
    'OpenAI, Anthropic',
    'sk-',
    String.raw`(?<!-)sk-(?:(?:ant|proj|svcacct|admin|or)-[\w-]{16,}|[A-Za-z0-9]{32,})`,
  ),
  family('Hugging Face', 'hf_', String.raw`hf_[A-Za-z0-9]{30,}`),
  family('Groq', 'gsk_', String.raw`gsk_[A-Za-z0-9]{40,}`),
  family('xAI', 'xai-', String.raw`xai-[A-Za-z0-9]{60,}`),
  family('Perplexity', 'pplx-', String.raw`pplx-[A-Za-z0-9]{40,}`),
  family('Replicate', 'r8_', String.raw`r8_[A-Za-z0-9]{37}`),
  // Of no maker: JSON web tokens
  family('JWT', 'eyJ', String.raw`(?<!-)eyJ[\w-]{6,}\.[\w-]{6,}(?:\.[\w-]*)?`),
];
