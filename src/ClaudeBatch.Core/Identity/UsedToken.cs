using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ClaudeBatch.Core.Identity;

/// <summary>
/// The note of the identity token that was sent last: an issuer takes a token with an id once, and the service's refusal of a second time says
/// nothing of it. The token itself is not in it.
/// </summary>
/// <param name="Digest">The SHA-256 of the token, in hexadecimal digits.</param>
/// <param name="At">When it was sent.</param>
/// <param name="Use">What became of it.</param>
internal sealed record UsedToken(
    string Digest, DateTimeOffset At, [property: JsonConverter(typeof(JsonStringEnumConverter<ProofUse>))] ProofUse Use)
{
    /// <summary>The file of the note that belongs to a token's file.</summary>
    public static string PathFor(string tokenFile) => tokenFile + ".used";

    public static string DigestOf(string token) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    /// <summary>Reads the note; null where there is none, or none that can be read: the service then says itself what it takes.</summary>
    public static UsedToken? Read(string path)
    {
        try
        {
            return OwnFiles.Read(path, static _ => { }) is { } bytes ? JsonSerializer.Deserialize<UsedToken>(bytes) : null;
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <exception cref="ClaudeBatchException"><c>CredentialsNotWritable</c>.</exception>
    public void Write(string path)
    {
        string unfinished = $"{path}.{Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}.tmp";
        try
        {
            OwnFiles.CreateFolder(Path.GetDirectoryName(path)!);
            using (FileStream file = OwnFiles.OpenAlone(unfinished, FileMode.Create))
            {
                file.Write(JsonSerializer.SerializeToUtf8Bytes(this));
                file.Flush(flushToDisk: true);
            }

            File.Move(unfinished, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ClaudeBatchException(
                FailureKind.Storage,
                "CredentialsNotWritable",
                $"'{path}' cannot be written, and without it the next process would send an identity token twice: {Sentence.Of(e.Message)}",
                e)
            { Target = path };
        }
    }
}
