using System.Runtime.CompilerServices;
using System.Text;
using ClaudeBatch.Core.Ledger.Files;

namespace ClaudeBatch.Core.Ledger.Sqlite;

/// <summary>The one place where members of a set become words of the ledger and back. A word is the member's name.</summary>
/// <typeparam name="T">An enum on <c>int</c> whose values are small and not negative.</typeparam>
internal static class Word<T>
    where T : struct, Enum
{
    private static readonly (T Member, byte[] Utf8)[] s_members =
        [.. Enum.GetValues<T>().Select(static m => (m, Encoding.UTF8.GetBytes(Enum.GetName(m)!)))];

    // By value, and always the same object: what a statement has bound it does not bind again.
    private static readonly string[] s_words = ByValue();

    public static string Of(T member) => s_words[Unsafe.BitCast<T, int>(member)];

    public static string? Of(T? member) => member is { } known ? Of(known) : null;

    /// <exception cref="ClaudeBatchException"><c>LedgerUnreadable</c>: this version has no such member.</exception>
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
