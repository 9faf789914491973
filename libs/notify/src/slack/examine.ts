import { bad, ConfigError, type Finding, note, ok, ProviderError } from '@prunella/core';
import { refusal, slackApi } from './api.ts';
import { SLACK_API } from './slack.ts';

const DOCS = 'docs/guide/slack.md';
const NAME = 'Slack';

/** Whether Slack takes the bot's token, and whether it may look at its channel. Nothing is posted. Throws nothing of Slack's. */
export async function examineSlack(environment: NodeJS.ProcessEnv, signal: AbortSignal): Promise<Finding[]> {
  const {
    SLACK_BOT_TOKEN: token,
    SLACK_CHANNEL: channel,
    SLACK_API_URL: url,
    SLACK_WEBHOOK_URL: webhook,
  } = environment;
  if (!token) return [withoutBot(webhook)];
  if (!channel) throw new ConfigError('SLACK_BOT_TOKEN is set and SLACK_CHANNEL is not');
  const api = slackApi(url || SLACK_API, token);
  try {
    const who = await api('auth.test', { form: {} }, signal);
    if (!who.ok) return [refusedFinding(refusal('auth.test', who))];
    const as = ok(NAME, `the token is taken, as ${who.user ?? 'a bot'} in ${who.team ?? 'its workspace'}`);
    const seen = await api('conversations.history', { form: { channel, limit: '1' } }, signal);
    return seen.ok ? [as, ok('Slack channel', `${channel} can be read`)] : [as, channelFinding(channel, seen.error)];
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    return [refusedFinding(error)];
  }
}

function withoutBot(webhook: string | undefined): Finding {
  return webhook
    ? ok(NAME, 'an incoming webhook is set; whether it is good shows when something is posted')
    : note(
        NAME,
        'nobody is told by Slack: neither SLACK_BOT_TOKEN nor SLACK_WEBHOOK_URL is set',
        'set SLACK_BOT_TOKEN and SLACK_CHANNEL to have people told, and asked, there',
        DOCS,
      );
}

function refusedFinding({ problem, detail }: ProviderError): Finding {
  return problem === 'unavailable' || problem === 'rate-limited'
    ? bad(NAME, detail, 'mend the way to Slack (proxy, firewall), or wait', DOCS)
    : bad(NAME, detail, 'set SLACK_BOT_TOKEN to the Bot User OAuth Token of the app', DOCS);
}

/** @param error in Slack's words. */
function channelFinding(channel: string, error: string): Finding {
  const name = 'Slack channel';
  if (error === 'missing_scope') {
    const found = `the app may not read ${channel}: after a cut connection a message may be posted twice`;
    return note(
      name,
      found,
      'add channels:history (groups:history for a private channel) and install the app again',
      DOCS,
    );
  }
  return bad(
    name,
    `${channel}: ${error}`,
    'set SLACK_CHANNEL to the id of a channel that is not archived, and invite the app to it',
    DOCS,
  );
}
