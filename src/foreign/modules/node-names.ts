/**
 * The names that Node 20 has in modules that are handed through or refused, so that code which asks
 * whether there is something gets one answer on every runtime.
 */
export const functionsOfRefused: Readonly<Record<string, readonly string[]>> = {
  child_process: [
    ...['_forkChild', 'ChildProcess', 'exec', 'execFile', 'execFileSync', 'execSync', 'fork'],
    ...['spawn', 'spawnSync'],
  ],
  cluster: [...['Worker', 'setupPrimary', 'setupMaster', 'fork', 'disconnect']],
  dgram: [...['_createSocketHandle', 'createSocket', 'Socket']],
  domain: [...['Domain', 'createDomain', 'create']],
  http2: [
    ...['connect', 'createServer', 'createSecureServer', 'getDefaultSettings'],
    ...['getPackedSettings', 'getUnpackedSettings', 'performServerHandshake'],
    ...['Http2ServerRequest', 'Http2ServerResponse'],
  ],
  inspector: [...['open', 'close', 'url', 'waitForDebugger', 'Session']],
  'inspector/promises': [...['open', 'close', 'url', 'waitForDebugger', 'Session']],
  readline: [
    ...['Interface', 'clearLine', 'clearScreenDown', 'createInterface', 'cursorTo'],
    ...['emitKeypressEvents', 'moveCursor'],
  ],
  'readline/promises': [...['Interface', 'Readline', 'createInterface']],
  repl: [...['start', 'writer', 'REPLServer', 'Recoverable', 'isValidSyntax']],
  sqlite: [...['DatabaseSync', 'StatementSync']],
  test: [
    ...['skip', 'todo', 'only', 'after', 'afterEach', 'before', 'beforeEach', 'describe', 'it'],
    ...['run', 'suite', 'test'],
  ],
  trace_events: [...['createTracing', 'getEnabledCategories']],
  vm: [
    ...['Script', 'createContext', 'createScript', 'runInContext', 'runInNewContext'],
    ...['runInThisContext', 'isContext', 'compileFunction', 'measureMemory'],
  ],
  wasi: [...['WASI']],
  worker_threads: [
    ...['MessagePort', 'MessageChannel', 'markAsUntransferable', 'moveMessagePortToContext'],
    ...['receiveMessageOnPort', 'postMessageToThread', 'Worker', 'BroadcastChannel'],
    ...['setEnvironmentData', 'getEnvironmentData'],
  ],
};

export const namesOfPassed: Readonly<Record<string, readonly string[]>> = {
  buffer: [
    ...['Buffer', 'SlowBuffer', 'transcode', 'isUtf8', 'isAscii', 'kMaxLength'],
    ...['kStringMaxLength', 'btoa', 'atob', 'constants', 'INSPECT_MAX_BYTES', 'Blob'],
    ...['resolveObjectURL', 'File'],
  ],
  crypto: [
    ...['checkPrime', 'checkPrimeSync', 'createCipheriv', 'createDecipheriv'],
    ...['createDiffieHellman', 'createDiffieHellmanGroup', 'createECDH', 'createHash'],
    ...['createHmac', 'createPrivateKey', 'createPublicKey', 'createSecretKey', 'createSign'],
    ...['createVerify', 'diffieHellman', 'generatePrime', 'generatePrimeSync', 'getCiphers'],
    ...['getCipherInfo', 'getCurves', 'getDiffieHellman', 'getHashes', 'hkdf', 'hkdfSync'],
    ...['pbkdf2', 'pbkdf2Sync', 'generateKeyPair', 'generateKeyPairSync', 'generateKey'],
    ...['generateKeySync', 'privateDecrypt', 'privateEncrypt', 'publicDecrypt'],
    ...['publicEncrypt', 'randomBytes', 'randomFill', 'randomFillSync', 'randomInt'],
    ...['randomUUID', 'scrypt', 'scryptSync', 'sign', 'setEngine', 'timingSafeEqual'],
    ...['getFips', 'setFips', 'verify', 'hash', 'Certificate', 'Cipher', 'Cipheriv'],
    ...['Decipher', 'Decipheriv', 'DiffieHellman', 'DiffieHellmanGroup', 'ECDH', 'Hash'],
    ...['Hmac', 'KeyObject', 'Sign', 'Verify', 'X509Certificate', 'secureHeapUsed'],
    ...['constants', 'webcrypto', 'subtle', 'getRandomValues'],
  ],
  'path/posix': [
    ...['resolve', 'normalize', 'isAbsolute', 'join', 'relative', 'toNamespacedPath'],
    ...['dirname', 'basename', 'extname', 'format', 'parse', 'matchesGlob', 'sep', 'delimiter'],
    ...['win32', 'posix', '_makeLong'],
  ],
  'path/win32': [
    ...['resolve', 'normalize', 'isAbsolute', 'join', 'relative', 'toNamespacedPath'],
    ...['dirname', 'basename', 'extname', 'format', 'parse', 'matchesGlob', 'sep', 'delimiter'],
    ...['win32', 'posix', '_makeLong'],
  ],
  punycode: [...['version', 'ucs2', 'decode', 'encode', 'toASCII', 'toUnicode']],
  querystring: [
    ...['unescapeBuffer', 'unescape', 'escape', 'stringify', 'encode', 'parse', 'decode'],
  ],
  'stream/web': [
    ...['ReadableStream', 'ReadableStreamDefaultReader', 'ReadableStreamBYOBReader'],
    ...['ReadableStreamBYOBRequest', 'ReadableByteStreamController'],
    ...['ReadableStreamDefaultController', 'TransformStream'],
    ...['TransformStreamDefaultController', 'WritableStream', 'WritableStreamDefaultWriter'],
    ...['WritableStreamDefaultController', 'ByteLengthQueuingStrategy', 'CountQueuingStrategy'],
    ...['TextEncoderStream', 'TextDecoderStream', 'CompressionStream', 'DecompressionStream'],
  ],
  string_decoder: [...['StringDecoder']],
  url: [
    ...['Url', 'parse', 'resolve', 'resolveObject', 'format', 'URL', 'URLSearchParams'],
    ...['domainToASCII', 'domainToUnicode', 'pathToFileURL', 'fileURLToPath'],
    ...['urlToHttpOptions'],
  ],
  util: [
    ...['_errnoException', '_exceptionWithHostPort', '_extend', 'callbackify', 'debug'],
    ...['debuglog', 'deprecate', 'format', 'styleText', 'formatWithOptions'],
    ...['getSystemErrorMap', 'getSystemErrorName', 'inherits', 'inspect', 'isArray'],
    ...['isBoolean', 'isBuffer', 'isDeepStrictEqual', 'isNull', 'isNullOrUndefined'],
    ...['isNumber', 'isString', 'isSymbol', 'isUndefined', 'isRegExp', 'isObject', 'isDate'],
    ...['isError', 'isFunction', 'isPrimitive', 'log', 'promisify', 'stripVTControlCharacters'],
    ...['toUSVString', 'transferableAbortSignal', 'transferableAbortController', 'aborted'],
    ...['types', 'parseEnv', 'parseArgs', 'TextDecoder', 'TextEncoder', 'MIMEType'],
    ...['MIMEParams'],
  ],
  'util/types': [
    ...['isExternal', 'isDate', 'isArgumentsObject', 'isBigIntObject', 'isBooleanObject'],
    ...['isNumberObject', 'isStringObject', 'isSymbolObject', 'isNativeError', 'isRegExp'],
    ...['isAsyncFunction', 'isGeneratorFunction', 'isGeneratorObject', 'isPromise', 'isMap'],
    ...['isSet', 'isMapIterator', 'isSetIterator', 'isWeakMap', 'isWeakSet', 'isArrayBuffer'],
    ...['isDataView', 'isSharedArrayBuffer', 'isProxy', 'isModuleNamespaceObject'],
    ...['isAnyArrayBuffer', 'isBoxedPrimitive', 'isArrayBufferView', 'isTypedArray'],
    ...['isUint8Array', 'isUint8ClampedArray', 'isUint16Array', 'isUint32Array', 'isInt8Array'],
    ...['isInt16Array', 'isInt32Array', 'isFloat32Array', 'isFloat64Array', 'isBigInt64Array'],
    ...['isBigUint64Array', 'isKeyObject', 'isCryptoKey'],
  ],
};
