using System.Runtime.CompilerServices;
using System.Text;
using ClaudeBatch.Core.Ledger.Files;

namespace ClaudeBatch.Core.Ledger.Sqlite;

/// <summary>Turns the members of an enum into text for the ledger, and back. The text is the member's name.</summary>
/// <typeparam name="T">An enum with the underlying type <c>int</c>, whose values are small and not negative.</typeparam>
internal static class Word<T>
    where T : struct, Enum
{
    private static readonly (T Member, byte[] Utf8)[] s_members =
        [.. Enum.GetValues<T>().Select(static m => (m, Encoding.UTF8.GetBytes(Enum.GetName(m)!)))];

    // The names, indexed by the values. A name is always the same object, because a statement does not bind the same object again.
    private static readonly string[] s_words = ByValue();

    public static string Of(T member) => s_words[Unsafe.BitCast<T, int>(member)];

    public static string? Of(T? member) => member is { } known ? Of(known) : null;

    /// <exception cref="ClaudeBatchException"><c>LedgerUnreadable</c>, where this version has no member with this name.</exception>
    public static T Read(ReadOnlySpan<byte> word)
    {
        foreach ((T member, byte[] utf8) in s_members)
        {
            if (word.SequenceEqual(utf8))
            {
                return member;
            }
        }

        throw LedgerFailure.UnknownWord(typeof(T).Name, Encoding.UTF8.GetString(word));
    }

    private static string[] ByValue()
    {
        string[] words = new string[1 + Enum.GetValues<T>().Max(static m => Unsafe.BitCast<T, int>(m))];
        foreach (T member in Enum.GetValues<T>())
        {
            words[Unsafe.BitCast<T, int>(member)] = Enum.GetName(member)!;
        }

        return words;
    }
}
