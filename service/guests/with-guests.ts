import type { FoundPerson } from "../../shared/protocol/people-api.js";
import type { Directory, FormerPerson, Person } from "../directory/directory.js";
import type { Guest, Guests } from "../store/guests.js";
import type { Outside } from "./outside.js";

/** A guest as decisions see them: one address, no groups, nothing that is theirs. */
export const personOfGuest = ({ id, address }: Guest): Person => ({
  subject: id,
  name: address,
  address,
  addresses: [address],
  groups: [],
  administrator: false,
  recycled: new Map(),
  isGuest: true,
});

/**
 * A directory, and guests besides. They are found by their subject id alone: by an address only the directory's own people
 * are, so that no guest becomes an owner, a member, or a name in a list of people.
 */
export class WithGuests implements Directory {
  readonly #directory: Directory;
  readonly #guests: Guests;
  readonly #outside: Outside | null;

  /** @param outside - which addresses are not the organisation's; `null` where there are no guests. */
  constructor(directory: Directory, guests: Guests, outside: Outside | null) {
    this.#directory = directory;
    this.#guests = guests;
    this.#outside = outside;
  }

  findByAddress = (address: string): Promise<Person | null> => this.#directory.findByAddress(address);

  async findBySubject(subject: string): Promise<Person | null> {
    return (await this.#directory.findBySubject(subject)) ?? this.#guest(subject);
  }

  async findFormer(subject: string): Promise<FormerPerson | null> {
    const guest = await this.#guests.find(subject);
    return guest ? { name: guest.address, addresses: [guest.address] } : this.#directory.findFormer(subject);
  }

  groupsOf = (subject: string): Promise<readonly string[]> => this.#directory.groupsOf(subject);

  search = (text: string, limit: number): Promise<readonly FoundPerson[]> => this.#directory.search(text, limit);

  /** Whose address came into the directory since is no guest any more. */
  async #guest(subject: string): Promise<Person | null> {
    const guest = this.#outside === null ? null : await this.#guests.find(subject);
    if (guest === null || guest.isLockedOut || !(await this.#outside!.includes(guest.address))) return null;
    return personOfGuest(guest);
  }
}
