/**
 * Secrets that their issuers made recognisable. Shapes are those that the issuers document for secret scanners
 * (docs.github.com "Supported secret scanning patterns" lists most). No pattern can take more than linear time: each
 * starts with a literal, and what follows is either unbounded and last, or bounded.
 */
export const knownTokens: readonly RegExp[] = [
  // AWS key ids; the secret half has no shape and is found by its name.
  /(?:A3T[A-Z0-9]|AKIA|ASIA|AGPA|AIDA|AROA|AIPA|ANPA|ANVA|ABIA|ACCA)[A-Z0-9]{16,}/gu,
  // Google: API key, OAuth access and refresh tokens, client secret.
  /AIza[\w-]{35,}/gu,
  /ya29\.[\w.-]{20,}/gu,
  /GOCSPX-[\w-]{20,}/gu,
  /(?<![\w/])1\/\/[\w-]{30,}/gu,
  // Azure: client secret, keys of 64 bytes (storage, Cosmos DB), DevOps tokens.
  /[\w~.-]{3}8Q~[\w~.-]{31,}/gu,
  /(?<![A-Za-z0-9+/-])[A-Za-z0-9+/]{86}==/gu,
  /(?<![A-Za-z0-9])[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}/gu,
  // Slack tokens and webhook paths, and other services' webhooks.
  /xox[a-z](?:\.xox[a-z])?-[\w-]{8,}/gu,
  /x(?:app|wfp)-[\w-]{10,}/gu,
  /(?<=hooks\.slack(?:-gov)?\.com\/)(?:services|workflows|triggers)\/[\w/-]{8,}/giu,
  /(?<=discord(?:app)?\.com\/api\/)webhooks\/[\w/-]{8,}/giu,
  /(?<=webhook\.office\.com\/)[\w@/-]{8,}/giu,
  // Chat bots: Discord, Telegram.
  /(?<![\w-])[MNO][\w-]{23,25}\.[\w-]{6}\.[\w-]{27,}/gu,
  /(?<!\d)\d{8,10}:AA[\w-]{32,}/gu,
  // Code hosts and registries.
  /gh[pousr]_[A-Za-z0-9]{30,}/gu,
  /github_pat_\w{22,}/gu,
  /gl(?:pat|dt|rt|rtr|ft|soat|ptt|agent|imt|cbt|oas|ffct)-[\w.-]{20,}/gu,
  /GR1348941[\w-]{20,}/gu,
  /ATATT3[\w=-]{20,}|ATCTT3[\w=-]{20,}|ATBB[A-Za-z0-9]{24,}/gu,
  /npm_[A-Za-z0-9]{30,}/gu,
  /pypi-[\w-]{16,}/gu,
  /rubygems_[0-9a-f]{40,}/gu,
  /dckr_(?:pat|oat)_[\w-]{16,}/gu,
  /(?<![\w-])oy2[a-z0-9]{43}(?!\w)/gu,
  // Payment, mail, telephone.
  /(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{10,}/gu,
  /whsec_[A-Za-z0-9+/=]{16,}/gu,
  /sq0(?:atp|csp|idp)-[\w-]{20,}/gu,
  /shp(?:at|ca|pa|ss)_[A-Fa-f0-9]{32,}/gu,
  /(?<!\w)SG\.[\w-]{16,}\.[\w-]{16,}/gu,
  /(?<!\w)(?:SK|AC)[0-9a-f]{32}(?!\w)/gu,
  /(?<!\w)key-[0-9a-f]{32}(?!\w)/gu,
  /(?<!\w)[0-9a-f]{32}-us\d{1,2}(?!\w)/gu,
  // Models.
  /(?<![A-Za-z0-9])sk-(?:ant|proj|svcacct|admin|or|None)-[\w-]{16,}/gu,
  /(?<![A-Za-z0-9])sk-[A-Za-z0-9]{20,}/gu,
  /(?<!\w)hf_[A-Za-z0-9]{30,}/gu,
  /(?<!\w)(?:gsk_|r8_)[A-Za-z0-9]{30,}/gu,
  /(?<!\w)(?:xai|pplx)-[A-Za-z0-9]{30,}/gu,
  // Clouds and tools.
  /do[opr]_v1_[0-9a-f]{32,}/gu,
  /HRKU-[\w-]{20,}/gu,
  /(?<!\w)dapi[0-9a-f]{32}/gu,
  /(?<!\w)hv[sbr]\.[\w-]{20,}/gu,
  /(?<![\w.-])s\.[A-Za-z0-9]{24}(?![\w.-])/gu,
  /(?<!\w)\w{14}\.atlasv1\.[\w-]{20,}/gu,
  /gl(?:sa|c)_[\w+/=]{20,}/gu,
  /NR(?:AK|II|RA|AA)-[\w-]{20,}/gu,
  /sntry[su]_[\w+/=-]{20,}/gu,
  /lin_api_[A-Za-z0-9]{20,}/gu,
  /(?<!\w)(?:secret|ntn)_[A-Za-z0-9]{40,}/gu,
  /PMAK-[\w-]{20,}/gu,
  /figd_[\w-]{20,}/gu,
  /sb(?:p|_secret|_publishable)_[\w-]{16,}/gu,
  /pscale_(?:tkn|pw|oauth)_[\w.-]{16,}/gu,
  /(?<!\w)dp\.(?:pt|st|ct|sa|scim|audit)\.[\w.-]{20,}/gu,
  /(?<!\w)pul-[0-9a-f]{32,}/gu,
  /tskey-[\w-]{10,}/gu,
  /FlyV1 fm\d[\w+/=,-]{16,}/gu,
  /AGE-SECRET-KEY-1[A-Z0-9]{20,}/gu,
  // Kubernetes bootstrap token, with a digit in each half so that no host name looks like one.
  /(?<![\w.-])(?=[a-z]*\d)[a-z0-9]{6}\.(?=[a-z]*\d)[a-z0-9]{16}(?![\w.-])/gu,
  // JSON Web Tokens, signed and encrypted.
  /(?:(?<![A-Za-z0-9_-])|(?<=\\[nrt]))eyJ[\w-]{8,}(?:\.[\w-]+){1,4}\.?/gu,
  // Password hashes: crypt, bcrypt, argon2, scrypt, SCRAM.
  /\$(?:2[abxy]|[156y]|apr1|argon2(?:id|i|d)|scrypt|pbkdf2-sha\d+)\$[\w./+=,$-]{16,}/gu,
  /SCRAM-SHA-(?:1|256)\$\d+:[\w+/=:$]{16,}/gu,
  // PuTTY keys have no END line.
  /(?<=Private-Lines: \d{1,4}\n)[A-Za-z0-9+/=\n]{16,}/gu,
];
