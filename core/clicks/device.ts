import type { Device } from './row.ts';

const anyOf = (...patterns: readonly string[]): RegExp => new RegExp(patterns.join('|'), 'i');

/** Televisions and consoles, and what is plugged into one; most of them say Android or Linux as well. */
const TELEVISION = anyOf(
  String.raw`smart-?\s?tv|apple ?tv|google ?tv|android ?tv|\btv\b|tv ?box|iptv|\bi?tv\d|hbbtv|ce-html|netcast|web0s|webos[ .]tv`,
  String.raw`\bcrkey\b|\broku\b|\baft[a-z]{1,6}\d*\b|bravia|\bviera|philipstv|nettv|\bmaple ?\d|aquos-|dlnadoc|\bomi\/|large screen`,
  String.raw`shield android|mibox|smart ?box|\w+box\b.*android|android[^;]*; ?\w*box\b|set-?top|\bstb\b|\bdvb|vizi(?:o|os)\b|\bstick\b`,
  String.raw`playstation [345]|xbox|nintendo (?:wiiu|switch)`,
);

/** Android televisions and boxes that name only their model: the inches of the screen, or one of the usual boxes. */
const TELEVISION_MODEL = anyOf(
  String.raw`; ?(?:[a-z]+[ _-])*(?:24|32|39|40|42|43|49|50|55|58|65|70|75|82|85|98)[a-z]{1,5}[ _-]?\d`,
  String.raw`led\d\d|\d\d[a-z]*uhd|[_-][fu]hd\b|\bshell\b|tdtv|[a-z]tv-|[_-]tv[_-]`,
  String.raw`; ?(?:[hx]96|x88|t95(?!9)|a95x|mxq|tx[369]\b|hk1|km[59]\b)|\b(?:mecool|vontar|tanix|beelink|ugoos|zidoo|minix|neo-x)`,
  String.raw`gtking|transpeed|rombica|\bxds\d|\bmk80|polar(?:line)?_|realtek`,
);

const TABLET = anyOf(String.raw`ipad|tablet(?! pc)|\bkindle\b|\bsilk\/|playbook|\/apad\b|touchpad`);

/** Android tablets that say `Mobile`, known by their model; Chrome leaves the word out on the others. */
const TABLET_MODEL = anyOf(
  String.raw`\bkf[a-z]{2,5}\b|\bsm-[tpx]\d{3}|\bgt-(?:p\d|n[58])\d{3}|tab(?:\b|[ _-]?[a-z]?\d)|pad(?:\b|[ _-]?\d)|\bopd\d{4}`,
  String.raw`nexus (?:7|9|10)\b|xoom|transformer|\bmid[ _-]?\d{3}|\b(?:lenovo )?(?:tb|pb|yt)-?[a-z]?\d{3,4}[a-z]*|pocketbook`,
  String.raw`\b(?:ags|bah|bg2|bgo|btv|bzt|kob|jdn|scmr?|mrx|dby|cmr|sht|vrd|wgr|agr|got|eln|mon)\d?-(?:[wl]|al|dl)\d\d`,
);

const PHONE = anyOf(
  String.raw`mobi|iphone|ipod|\bphone\b|lumia|blackberry|bb10|symbian|series ?[46]0|\bnokia|kaios|opera mini|midp|cldc|windows ce`,
  String.raw`up\.browser|\bup\/\d|wap-browser|\bbrew\b|docomo|kddi|willcom|teleca|netfront|palm|dv\(iph|fban\/fb4a`,
);

const COMPUTER = anyOf(
  String.raw`windows|macintosh|mac[ _]?os|macbook|imac|\bmac(?:mini|pro)?\d+(?:,|%2c)\d|darwin.*(?:x86_64|i386)`,
  String.raw`\bx11\b|\bcros\b|linux|chromebook|\w*bsd\b|sunos|openvms|os\/2|amiga|haiku|beos|\bwin(?:7|10|32|64)\b|mac_powerpc|cygwin`,
);

/** Computers that run Android, by the names of their lines. */
const ANDROID_COMPUTER = anyOf(
  String.raw`chromebook|\bcros\b|inspiron|latitude|vostro|optiplex|satellite|aspire|travelmate|elitebook|probook|pavilion`,
  String.raw`thinkpad|thinkcentre|\bnuc\d|remix mini`,
);

/** The device class that a user agent tells; null where it tells none. */
export function deviceOf(userAgent: string): Device | null {
  if (TELEVISION.test(userAgent)) return 'tv';
  if (TABLET.test(userAgent)) return 'tablet';
  if (/android/i.test(userAgent)) return androidDevice(userAgent);
  if (PHONE.test(userAgent)) return 'mobile';
  return COMPUTER.test(userAgent) ? 'desktop' : null;
}

/** A browser of Android without `Mobile` runs on a tablet; of apps that is not known, and most are on phones. */
function androidDevice(userAgent: string): Device {
  if (ANDROID_COMPUTER.test(userAgent)) return 'desktop';
  if (TABLET_MODEL.test(userAgent)) return 'tablet';
  if (TELEVISION_MODEL.test(userAgent)) return 'tv';
  const isBrowser = userAgent.startsWith('Mozilla/') && userAgent.includes('Safari/');
  return isBrowser && !/mobi|\bsm-[acefgjmns]\d{3}|\bgt-[in]\d{4}/i.test(userAgent) ? 'tablet' : 'mobile';
}
