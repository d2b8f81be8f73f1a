using System.Buffers;
using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Core.Results;

/// <content>Requests that have failed because a file that was uploaded for them is gone.</content>
internal sealed partial class OutcomeTable
{
    private const string IdPrefix = "file_";

    private static readonly SearchValues<char> s_idCharacters
        = SearchValues.Create("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-");

    // The ids of the files that may be uploaded again; null where there are none.
    private IReadOnlySet<string>? _files;

    // A conversation is bound to the ids that stand in it.
    private void TakeFiles(UploadBooks uploads, BatchRecord batch)
    {
        IReadOnlySet<string> ids = uploads.IdsOf(batch.JobId);
        _files = ids.Count == 0 || batch.Round > 1 ? null : ids;
    }

    private FailureClass ClassOf(ResultLine result)
    {
        FailureClass said = result.FailureClass;
        return said == FailureClass.Permanent && _files is { } files && IsAboutFile(result, files) ? FailureClass.Transient : said;
    }

    private static bool IsAboutFile(ResultLine result, IReadOnlySet<string> files)
    {
        if (result.IsFileExpired)
        {
            return true;
        }

        ReadOnlySpan<char> rest = result.ErrorMessage;
        while (rest.IndexOf(IdPrefix, StringComparison.Ordinal) is >= 0 and var at)
        {
            rest = rest[at..];
            int length = rest.IndexOfAnyExcept(s_idCharacters) is >= 0 and var end ? end : rest.Length;
            if (files.Contains(rest[..length].ToString()))
            {
                return true;
            }

            rest = rest[length..];
        }

        return false;
    }
}
