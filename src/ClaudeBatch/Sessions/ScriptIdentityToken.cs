using System.Management.Automation;
using ClaudeBatch.Core.Identity;

namespace ClaudeBatch.Sessions;

/// <summary>An identity token that a script block gives.</summary>
internal sealed class ScriptIdentityToken(ScriptBlock block) : IdentityTokenSource
{
    private readonly ScriptToken _script = new(
        block, "-IdentityToken", "give the token by -IdentityTokenPath, which every shell and process can read");

    public override string Description => "the script block of -IdentityToken";

    public override string HowToRefresh => "Have the script block fetch a fresh token each time it runs.";

    public override bool NeedsPipeline => true;

    public override async ValueTask<string> ReadAsync(CancellationToken cancellationToken)
        => Checked(await _script.GetAsync(cancellationToken).ConfigureAwait(false));
}
