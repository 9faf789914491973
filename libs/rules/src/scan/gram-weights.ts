/** The kinds of bytes that are told apart: letters without case, 0 for all digits, a blank for tabs too, \n for \r too. */
const CLASSES = 'abcdefghijklmnopqrstuvwxyz0 \n.,:;\'"()[]{}-_/=!@#$%&*+<>|\\~^`?';
/** The last class: every other byte. */
const OTHER = CLASSES.length;

/** Digits of the table below: thirds of a bit. */
const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const THIRDS = 3;

/**
 * How rare bytes are in CI logs, in thirds of a bit of information: first each class by itself, then a row for each
 * class with what follows it. Counted on 100 MB of logs of failed jobs of open source projects (Travis, GitHub
 * Actions, docker builds).
 */
const TABLE: readonly string[] = [
  'FIGHCKIKFPLGGFFHUFEDIMONMO89HFOIQQRNNIQVVGLHKcVOaRcXWZRWTYachI',
  'RFBCOOFWFaMACCZEdAB8IDSQMSIJQLWLobXcXeczoLQMYqdoWlvzgidzSxztoN',
  'ALJKCMMREARELMFMUJIO9UTMHRD8HFUQlQWVOcJziLQCbuYprjvseibzWzzckL',
  'BOIPAOQBJVBEOT6KZFH8GWYUJYGINLZOiXUXRfYteKNHWtclizwvXknuTvxjqV',
  'CJMG7JLPAUPFNLCLYKENGUSSJeC9IHLGZNRMNQQpfIGIMbXiZzmbheVrOrzdpJ',
  'FIBDKJKUJXYEFCMGK98DQKMERaKCLGNGXQNNPWXYSIJGNaWYbpejldZqXpzfkO',
  'AKMMEGPZ7dZERP6QUCGHFWWNIdCCOJTNdXaWNfZwlHONVsWqhzrzkkjuZuzkhX',
  'JTMQ8OKGAacJOHFOaCGMJTPYQOJ5LFMGaSWVWaNweILEPfWeiymyVgcsYgzflM',
  'ANHN6NYWBYPGMU8JQIK9DVUXPbMDNLPLcQVPUMUzcKJMMpUhgzhzlkbjXwzhcP',
  'IDEGGGGeabVBE5BGVHCBYFeMgLLPTOZYidchWkjzmMQMerdmrtkporcufzzvze',
  '6SOK3VVTNZURTNGNPRBZBQMQZTMUWGhXfgYwhwVwwObKpwdeswwsgwowjwwwkb',
  'B6RJ9LMTBUUQPKLPUNEKNPLbRYKBAGSPhTTTWvWzjIHFYvUeNvorkfezTrzmvG',
  'BSMD7MUU8bUCNVAOfRFFDIUWHUMDMGOMRSURPaXzUIKFPfKcfzjnkgZoStzioT',
  'AELGAKRREURJHLCBYPJLJURZTYKABDMOZJXWRPLPPLLETmXchwlgfYVbOthjiA',
  'EVECCE7TDUMJRFEHXODAHJVLMaICOGOKYQSNQXPYdGKGOhYgdmjmnferUZzhrM',
  'IDFEPJHYNMKEA8FEf8FCCKGJTaPEOLZNibYeclJUwMPOUufsizrysnlzezznnN',
  '8VKJAVOJDfQBMQAEZ8EDEWSUBeMFPKSIYTWUXcRjlLKJRjWhVzpxhiYzVXzthV',
  'OSRNHMPSSPTBSQRMPKOJ1QRPRRHJSOTPraZPVjfmTMDSUrVUrrmrarXdXrrrrW',
  'AQEJ6NEWCaIJIGAPhGEEEKObHiODNGNLZTTPQcRURJKGRYVgYqlhhfdqSspjoR',
  'HSIQ9PQFCZIKQOFGQHC7HTOPLdNBIFKCYRQRKTSpfIJCPeTdXxqlneUkTvrddP',
  'CSJO7MTCAQUKKTDHaDDFHSQUHaBCMHOKYRROOTTebIFGNgXYXqflleXoRtzdcP',
  'HCJICOFcBYVCF7RChBAATQPJfXGKUJUQpbeUWznrzTOOXugtvzyzTvmzdyzvzi',
  '7OMQ5NQT5cWTKQISYNMUSUWVNbDGQMcMhQNbRdUqpOLOXsbifzzzloShmzzgzW',
  '8TKJBQPC7YSKRA9RaFEPRXJKaaGFUJVOgbWRQscleIEOcsWsbsjqeigxbsxUqa',
  'DRFLBNQSCVTGEWRCbHN9ILUDDOBDMFPPZMRJRUUNgBGCUjSUihdjfgbiTtyfgS',
  'IQJMHKRQGOUJJFGAOLDARRTXSPI8IBMBVJNMMVSdaDFCMXSYRpghfWWzTqzcjJ',
  'IaVUCTVWDXaOOYMUaWNYPMYULRM1NRXbjYbqVeOghQXQcxidxxesgsifZxxxmU',
  'OOPPPPaacaRbCZeXeaOHQdbVeH3ELBMDIWXaIiPuYDMFgjhbmJmsUjWpaXzntR',
  'IKGIKIMLIRIJJLHIaIHGKNMTTZC3IKXNmNOGUJYOTINMNhSOaSXUUTNOTZZWkH',
  'OPKLOOKTMSfRRPOIjDHIJSNccb7A4NYpzkjKWHibWKVTMWqMXzzQKaLWUjvjzA',
  'HLEHJLJJJGYIILIEZJHHKOORVa4GE8alsecVWieahZUIwuupcrzZnVoYevxowE',
  'RUXKJKQeWZoSXRPQxPPLfURnoqF1CXfxsZIZLKxJsQegxYqQhlxsYcQxLqoxdE',
  'IOLLMQQYLSZRSOTLXNKFOXUYhf35LezFmXPopPXWzTeEwfwucczjkdlhTXnUpK',
  'bdTYYVvaahqcfhhYvYcYYfdUvv0GCkcqiPVqavfvZQeevogvvihvqdvoWvlivT',
  'KFHHJGMMGRUMKLHLLJEIJRHVXVJ9CFBETOJXEUQUHJUDdcZdUUcWgOYbJvYYg8',
  'KJFJJFJKHQXCKILGVKHFIOLUXYK9FG9BPJHXCXOUIJVGYcISLbkYaWKnJVYafI',
  'KIGFFJOLJQWLKHKIaDFHOPNRcf3LKSpGrJFTEXhRyYXHyRaefyaKXQhyOmydhJ',
  'lnrytryyotyZtpygyiykykyyyrn45KDBKPQQGNUTQTVZygyyemeeRcXaNyVeeB',
  'STNQOVMVFPEXFQTQiWQOcdOZjv1HVdkTPZRczZFVzTyWJmmlotpisWZzezezTJ',
  'jfWVfYVqXqnlknYZoRXhfWkomoh38NHHRRXZLBObJPvKXgmvdgvaMmPUDveggC',
  'PFQDDESXNZRJXFIIjHPEXNlabaJ87RqAqGGZqelJ9TfQqjldqqqllZqZTqqqlR',
  'hfSdbahliqqYqhlflWbclihqqqlA6K8UUFHY9qCSEAcOXqqqaqqqqXSqSqqSqA',
  'JJFGKJKOJOUJIMKEWHHJLQKLWV5FNUzVtYVgeZMvn5gcszyifqzmobJehkvmzQ',
  'CHAFHDGGDRKFEFIDPGCBHJHPWUBBZQbmkaiVclrppbDWczqzhgzZzzlgdzqlzU',
  'GEEFJJFFHITDDEIDWECBEMINZL7JPKZSpcbofiatkbPFjzZhYcmWjoczUjrmkR',
  'TTONUKQRSZgUXMWUbLQLPQachiFBIfippJMOiVVPzWhO1htzWjleacDmWhtjiT',
  'TXWOUUZjLVjejeZZjZZXjYZcjjO79WYjHOIPV9ZjjRjQE4jjjjjjFPjjLjjejF',
  'L7QPSXNSQUX5UYTNeRPKYJVecc5ARfippeelpQppplpXppbfpppcpVXileSppe',
  'RXQORdXaWVsMccbYecUJcdcxxfGALgxdxnmxhKxNNcZqxdp1gxxnxixdhxfnxd',
  'GIDGDEJFHReOMFGERGIEOGJOSg86dNldlRVGgdYDllVVQlglMUlllVaSPlelOX',
  'ikmdiupUdnudhmuTifQicRuulnJ19XnuXaauHTAWuguguuuuuccuupfSuupuuV',
  'NLMOSZObbiiWPQSMIMPNTKiLeeM4NZSiiTiQHiiRiWiiebiMii4biiTSQeiiiP',
  'DQQIeZfhYfBbVVYUoWETodoYooK6GJLNWOVSJdVjjTULcoohXoo3XaQjTjoeoP',
  'LGG8KJMTNQQJGLWJQKIJPHKQZVB5SQVWWQWIOJOpZFSXYGdidippAepkVppppW',
  'BOBCVLUHKSNIGFTCVBHEOOXfbm9DMVmmmbUPmOhmmBYAOSQmamhWmFNmdmmmLZ',
  'UXUWNIbWXZcUZUbUpZWGYgZpluF2EQHFUSHTQSUXaAuYHufMleUpgIJgSuuLdK',
  'cacpdXeddfpXidiapYYaafpekpS1EYpNZRWZTWieYOUgIfpLkppgpkpHSkppbA',
  'JFEGMJPEJdVJK6OIbDH6JMPMsbKVJEsPsLHMMejnnsVJnlchcnjYjsjcKssslE',
  'eMTIWZGngnnnWDbDnNWQJnYQnn8CEennnininnninnnITninnnnQdnQnn3RenY',
  'ZZgQlgbWUllZallglZdYllllllKVCOYXlVlIlaaRllUQlllalllglZVlTC1llH',
  'KGIKLIILIZSJP9PCeCJEMPNecjY6CIMMKWWDOjjjjEIEUeeaWjjcjPjjKQjKZL',
  'MNZXRMCTMeXRWReKGVEJX8XNee4CDPMKILMIRQTeeXXReReTZeeReZFeLeeeFI',
  'YmddfkhoZmmhkjldydcdljklwvbDTTobiqdWu2yzgQfQVwzzvywyyrnQQyzzh6',
];

/** Of each ASCII character. */
const CLASS_OF = Uint8Array.from({ length: 128 }, (_, byte) => classOf(byte));

/** Rarity of the first byte, then of each pair, in bits; made once from the table. */
const BITS = TABLE.map((row) => Array.from(row, (digit) => DIGITS.indexOf(digit) / THIRDS));

/**
 * How rare a text is in CI logs, in bits: n bits stand at one of 2^n places. A guess that sees only pairs of characters.
 */
export function rarity(text: string): number {
  let bits = 0;
  let before = -1;
  for (let at = 0; at < text.length; at += 1) {
    const kind = CLASS_OF[text.charCodeAt(at)] ?? OTHER;
    bits += BITS[before + 1]?.[kind] ?? 0;
    before = kind;
  }
  return bits;
}

function classOf(byte: number): number {
  const character = String.fromCharCode(byte).toLowerCase();
  if (character >= '0' && character <= '9') return CLASSES.indexOf('0');
  if (character === '\t') return CLASSES.indexOf(' ');
  if (character === '\r') return CLASSES.indexOf('\n');
  const known = CLASSES.indexOf(character);
  return known === -1 ? OTHER : known;
}
