/** What the platforms read from the environment by themselves, for people who look at the settings of a service. */
export const ciSettings: readonly { name: string; about: string }[] = [
  { name: 'GITHUB_API_URL', about: "Address of GitHub's API; for GitHub Enterprise Server." },
  { name: 'GITHUB_TOKEN', about: 'Token for GitHub. Only that of the remediator may write.' },
  { name: 'GITHUB_APP_ID', about: 'The GitHub App that is used in place of a token.' },
  { name: 'GITHUB_APP_PRIVATE_KEY', about: 'Its private key, PEM or base64 of it.' },
  { name: 'GITHUB_APP_PRIVATE_KEY_FILE', about: 'The file with its private key.' },
  { name: 'GITHUB_APP_INSTALLATION_ID', about: 'Its only installation. Default: it is looked up by repository.' },
  { name: 'GITLAB_URL', about: 'Address of GitLab. Default: https://gitlab.com.' },
  { name: 'GITLAB_TOKEN', about: 'Token for GitLab: read_api; for the remediator api.' },
  { name: 'JENKINS_URL', about: 'Address of Jenkins.' },
  { name: 'JENKINS_USER', about: 'User of Jenkins; that of the remediator may build.' },
  { name: 'JENKINS_TOKEN', about: 'API token of that user.' },
  { name: 'PLAYGROUND_URL', about: 'Address of the simulated platform.' },
];
