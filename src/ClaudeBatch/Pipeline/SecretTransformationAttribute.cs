using System.Management.Automation;

namespace ClaudeBatch.Pipeline;

/// <summary>Says how a secret is given, where it was given as plain text. The shell's own sentence names two types.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SecretTransformationAttribute : ArgumentTransformationAttribute
{
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
        => (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) is string
            ? throw new ArgumentTransformationMetadataException(
                "A key is not taken as plain text, which the shell keeps in its history. Give it as -ApiKey (Read-Host "
                    + "-AsSecureString), by -ApiKeyPath, by -SecretName, or in the environment variable ANTHROPIC_API_KEY. "
                    + "If a real key was in the line, take it out of the history, and make a new one.")
            : inputData;
}
