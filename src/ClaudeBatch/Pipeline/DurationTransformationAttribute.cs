using System.Globalization;
using System.Management.Automation;

namespace ClaudeBatch.Pipeline;

/// <summary>
/// Lets people write a duration as a number of seconds or as a TimeSpan. Without it, PowerShell takes the number 30 for 30 ticks of 100 ns.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class DurationTransformationAttribute : ArgumentTransformationAttribute
{
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object bare = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        return bare switch
        {
            int or long or double or decimal => TimeSpan.FromSeconds(Convert.ToDouble(bare, CultureInfo.InvariantCulture)),
            string text when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds)
                => TimeSpan.FromSeconds(seconds),
            _ => inputData,
        };
    }
}
