import type { MailMessages } from "../messages.js";

export const en: MailMessages = {
  outlook: "Outlook",
  starting: "Looking at the mail…",
  noLabel: "No label",
  noLabelHelp: "What is attached leaves as it is.",
  signInWhy: "Who you are decides which labels there are and who protects the attachments.",
  signInAndFinish: "Sign in, protect and send",

  attachments: "Attachments",
  none: "Nothing is attached.",
  states: {
    clear: "Not protected",
    reading: "Reading…",
    attaching: "Attaching the protected file…",
    ours: "Protected",
    others: "Protected by somebody else; it goes as it is",
    "in-text": "A picture in the text, readable as the text is",
  },
  protecting: (percent) => `Protecting… ${percent} %`,
  problems: {
    link: "This is a link to a file elsewhere, which cannot be protected here. Attach a copy of the file instead.",
    stays: "Its protected copy is attached, but Outlook does not take this one away. Remove it yourself.",
    "stays-in-text":
      "Its protected copy is attached, but Outlook does not take the picture out of the text. Delete it there yourself.",
    refused: "Outlook does not hand this attachment over, or takes no protected one. Remove it, and attach it again.",
    silent: "Outlook does not answer. It is still attached as it was; try again.",
    changed: "It changed while it was being protected. Try again.",
    large:
      "A mail carries 25 MB, and both this and its protected copy must fit in. Save the protected file, and attach it instead.",
    saved: "The protected file is among your downloads. Remove this one, and attach that one.",
    lost: "Outlook lost the protected file. It is saved among your downloads; attach it again.",
    failed: "It could not be protected. It is still attached as it was; try again.",
  },
  saveProtected: "Save the protected file",
  leavePictures: "Leave pictures in the text",
  leavePicturesHelp:
    "They stay readable, as the text itself does. Otherwise they are taken out and attached protected.",

  readersCan: "Recipients can",
  may: {
    "Do Not Forward": "read and reply; not forward, print or copy",
    "Encrypt-Only": "do everything but take the protection off",
    Viewer: "read",
    Reviewer: "read and change",
    "Co-author": "read, change, copy and print",
  },
  meetings: {
    guest: (who) =>
      `${who} is outside your organisation. Attachments open in a browser there, with a code that is mailed.`,
    none: (who) => `${who} is outside your organisation, and cannot open the attachments: it lets no guests in.`,
    unnamed: (who) => `${who} is not among those this label names, and may be unable to open the attachments.`,
    "no-address": (who) => `${who} has no mail address that attachments could be protected for.`,
  },

  obstacles: {
    reason: "Say why first.",
    nobody: "Say first who the mail goes to: the attachments are protected for them.",
    "no-address": "Correct the recipients first: the attachments are protected for them.",
  },
  willProtect: (count) =>
    count === 1
      ? "One attachment is replaced by a protected file."
      : `${count} attachments are replaced by protected files.`,
  willLabel: "The mail gets the label. Attachments stay as they are.",
  nothingToProtect: "The mail gets the label. What you attach from now on is protected.",
  willProtectAnew: "What is attached is protected anew, under this label.",
  willRegrant: "What recipients can do is changed for everything attached.",
  protectAs: (label) => `Protect as ${label}`,
  labelAs: (label) => `Label as ${label}`,
  andSend: "Protect and send",
  labelAndSend: "Label and send",
  working: "Protecting the attachments",
  ready: "The mail is ready to be sent.",
  labelledSend: "The mail has its label. Press Send in Outlook.",
  readySend: "Everything is protected. Press Send in Outlook.",
  notReady: (count) =>
    count === 1 ? "One attachment cannot leave yet; see above." : `${count} attachments cannot leave yet; see above.`,
  alone: (names) =>
    `${names.join(", ")} ${names.length === 1 ? "goes" : "go"} without a copy for people without a program: the mail would become too large.`,
  sent: "The mail is on its way.",
  unchanged: "Attachments not shown as protected are still attached as they were, and the mail is held back.",

  readTitle: "Protected attachments",
  readNone: "Nothing that is attached to this mail is protected.",
  readHelp: "Open one to see what you may do with it. It is decrypted on this device only.",
  open: "Look",
  opening: "Asking for a license…",
  openInViewer: "Open in the viewer",
  openedInViewer: "It is open in a window of your browser.",
  noWindow: "No window was opened. Save the file, and open it in the viewer or with the agent.",
  tooLargeForViewer: "It is too large to be handed over. Save it, and open it in the viewer or with the agent.",
  save: "Save the protected file",
  saveHelp: "With the agent on this computer, a double click opens it in its own program.",
  protectedBy: (who) => `Protected by ${who}.`,
  youMay: (rights) => `You may ${rights.join(", ")}.`,
  youOwnIt: "You protected it, and may do everything.",
  view: "read",
  until: (when) => `Until ${when}.`,
  wrapped: "It is wrapped whole: once open, it can be kept without protection.",
  marks: {
    C: "by cryptography: without a license there is no content",
    S: "by the service: it can be withdrawn, and ends",
    V: "by viewer and agent: it deters, and cannot be forced",
  },
  notProtected: "It is not protected, whatever its name says.",
  refused: {
    denied: "You have not been given access to it. Ask who sent it to you.",
    expired: "Access to it has ended. Ask who sent it to you.",
    revoked: "It was withdrawn. Ask who sent it to you.",
    damaged: "It is not as its author left it, so it stays closed. Ask for a new copy.",
    "other-organisation":
      "It belongs to another organisation. Save it, and open it in the viewer of that organisation.",
  },
};
