using System.Text;

namespace ClaudeBatch.Core.Identity;

/// <summary>An identity token in a file, which is read anew each time: what put it there replaces it before it expires.</summary>
/// <param name="path">The full path of the file.</param>
public sealed class FileIdentityToken(string path) : IdentityTokenSource
{
    public string Path => path;

    public override string Description => $"the file '{path}'";

    public override string HowToRefresh => $"Have a fresh token written to '{path}', and run the line again.";

    public override async ValueTask<string> ReadAsync(CancellationToken cancellationToken)
    {
        if (!System.IO.Path.IsPathFullyQualified(path))
        {
            throw Unreadable("it is no full path, and it would depend on the folder of the process which file that is. Give the full path");
        }

        if (UnixFiles.IsPipe(path))
        {
            throw Unreadable("it is a pipe, which can be read once. Give the path of a file");
        }

        try
        {
            // One byte more than a token may have, with blanks around it: a file of any size is told apart without reading it.
            byte[] bytes = new byte[MostBytes * 2];
            FileStream file = new(
                path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, useAsync: true);
            await using (file.ConfigureAwait(false))
            {
                int read = await file.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken)
                    .ConfigureAwait(false);
                return Checked(Encoding.UTF8.GetString(bytes, 0, read));
            }
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Missing($"There is no identity token: the file '{path}' does not exist. Look whether the volume is mounted or the step "
                + "ran that writes it.", path, e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw Directory.Exists(path)
                ? Unreadable("it is a folder. Give the path of the file in it", e)
                : Unreadable("this user has no right to. Give it the right to read the file", e);
        }
        catch (IOException e)
        {
            throw Unreadable(Sentence.Of(e.Message).TrimEnd('.'), e);
        }
    }

    private ClaudeBatchException Unreadable(string why, Exception? cause = null) => new(
        FailureKind.Authentication,
        "IdentityTokenUnreadable",
        $"The identity token cannot be read from '{path}': {why}.",
        cause)
    { Target = path };
}
