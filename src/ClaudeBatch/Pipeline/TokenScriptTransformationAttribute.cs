using System.Management.Automation;

namespace ClaudeBatch.Pipeline;

/// <summary>Says how a token is given, where it was given itself and not as a script block. The shell's own sentence would repeat it.</summary>
/// <param name="instead">What else is there, as the rest of a sentence.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class TokenScriptTransformationAttribute(string instead) : ArgumentTransformationAttribute
{
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
        => (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) is ScriptBlock block
            ? block
            : throw new ArgumentTransformationMetadataException(
                $"It takes a script block, which gives a fresh token each time it runs, such as {{ Get-MyToken }}; {instead}. If a real token "
                    + "was in the line, take it out of the shell's history.");
}
