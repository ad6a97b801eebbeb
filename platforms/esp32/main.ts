/** The firmware's main module. */
import config from "mc/config"
import { boot } from "./boot.js"

boot(config)
