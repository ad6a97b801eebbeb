import { FlashBytes, fileExists } from "host/board"
import { state } from "board-simulation"

/** Files of the firmware. Its bytes are not in the machine's memory, as those in flash are not. */
export default class Resource extends FlashBytes {
  /** Throws a URIError where there is none. */
  constructor(name: string) {
    super(`${state.settings.folder}/resources/${name}`)
  }

  static exists(name: string): boolean {
    return fileExists(`${state.settings.folder}/resources/${name}`)
  }
}
