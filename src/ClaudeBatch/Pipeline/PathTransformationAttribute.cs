using System.Collections;
using System.Management.Automation;

namespace ClaudeBatch.Pipeline;

/// <summary>
/// Takes a file for its path. Where the parameter has wildcards, those in the file's name are escaped, because they are only characters.
/// </summary>
/// <param name="isLiteral">Whether the parameter takes its paths without wildcards.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class PathTransformationAttribute(bool isLiteral) : ArgumentTransformationAttribute
{
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        object? bare = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        return bare is IList list ? list.Cast<object?>().Select(PathOf).ToArray() : PathOf(inputData);
    }

    private object? PathOf(object? given)
    {
        string? path = (given is PSObject wrapped ? wrapped.BaseObject : given) switch
        {
            FileSystemInfo file => file.ToString(), // as it was made: FullName would begin at the process's folder
            PathInfo place => place.Path,
            _ => null,
        };
        return path is null ? given : isLiteral ? path : WildcardPattern.Escape(path);
    }
}
