using System.Text;

namespace ClaudeBatch.Core.Identity;

/// <summary>Where the identity token comes from that is exchanged for an access token: a JWT of the customer's identity provider.</summary>
public abstract class IdentityTokenSource
{
    /// <summary>The audience that the service's documentation asks for in tokens of providers that take any.</summary>
    public const string DefaultAudience = "https://api.anthropic.com";

    /// <summary>The size in bytes above which the service refuses an identity token.</summary>
    public const int MostBytes = 16 * 1024;

    /// <summary>Names the source for people, so that it can stand within a sentence.</summary>
    public abstract string Description { get; }

    /// <summary>One sentence: how to get a fresh token where this one was used already.</summary>
    public abstract string HowToRefresh { get; }

    /// <summary>Whether the token can be had only on the pipeline's thread.</summary>
    public virtual bool NeedsPipeline => false;

    /// <summary>Gets the token anew, without blanks around it.</summary>
    /// <exception cref="ClaudeBatchException">There is none, or what there is cannot be an identity token. The text of it is in no
    /// message.</exception>
    public abstract ValueTask<string> ReadAsync(CancellationToken cancellationToken);

    /// <summary>Gives a text as a token, where it can be one.</summary>
    /// <param name="text">What the source holds.</param>
    /// <exception cref="ClaudeBatchException"><c>IdentityTokenMissing</c>, <c>IdentityTokenTooLarge</c>, <c>IdentityTokenInvalid</c>.
    /// </exception>
    protected string Checked(string text)
    {
        string token = text.Trim().Trim('\uFEFF').Trim();
        if (token.Length == 0)
        {
            throw Missing($"There is no identity token: {Description} is empty. {HowToRefresh}");
        }

        if (Encoding.UTF8.GetByteCount(token) > MostBytes)
        {
            throw new ClaudeBatchException(
                FailureKind.Authentication,
                "IdentityTokenTooLarge",
                $"The identity token from {Description} is larger than 16 KiB, which the service refuses. Look whether it is the token, and "
                    + "have the identity provider put fewer claims into it.");
        }

        return Jwt.Read(token) is not null
            ? token
            : throw new ClaudeBatchException(
                FailureKind.Authentication,
                "IdentityTokenInvalid",
                $"What {Description} gives is no identity token: a JWT has three parts of base64url with dots between them, and the first "
                    + "two are JSON. Nothing was sent.");
    }

    private protected static string AudienceOr(string? audience) => string.IsNullOrWhiteSpace(audience) ? DefaultAudience : audience.Trim();

    private protected static ClaudeBatchException Missing(string message, object? target = null, Exception? cause = null)
        => new(FailureKind.Authentication, "IdentityTokenMissing", message, cause) { Target = target };
}
