export function setNetwork(up) @ "board_setNetwork"
export function endBoot(code, milliseconds) @ "board_endBoot"
export function startWatchdog(milliseconds) @ "board_startWatchdog"
export function feedWatchdog() @ "board_feedWatchdog"
export function wallTime() @ "board_wallTime"
export function importNow(specifier, namespace) @ "board_importNow"
export function hasModule(specifier) @ "board_hasModule"
export function readFile(path, buffer) @ "disk_readFile"
export function writeFile(path, buffer) @ "disk_writeFile"
export function fileExists(path) @ "resource_exists"

export class Nvs @ "nvs_destructor" {
  constructor(folder, namespace, format, capacity) @ "nvs_constructor"
  close() @ "nvs_close"
  read(key, buffer) @ "nvs_read"
  write(key, value) @ "nvs_write"
  delete(key) @ "nvs_delete"
  get folder() @ "nvs_folder"
  get format() @ "nvs_get_format"
  set format(format) @ "nvs_set_format"
}

export class FlashBytes @ "resource_destructor" {
  constructor(path) @ "resource_constructor"
  slice(begin, end) @ "resource_slice"
  get byteLength() @ "resource_byteLength"
}

export class OutsideMemory @ "resource_destructor" {
  constructor(size) @ "resource_outside"
}

export class Digest @ "digest_destructor" {
  constructor(algorithm) @ "digest_constructor"
  write(data) @ "digest_write"
  close() @ "digest_close"
  reset() @ "digest_reset"
  get blockSize() @ "digest_blockSize"
  get outputSize() @ "digest_outputSize"
}
