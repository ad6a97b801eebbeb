import { Digest as Hash } from "crypt"
import { digestOf } from "./digest-of.js"

/** The SDK's hash functions, in software. */
export const digest = digestOf(Hash)
