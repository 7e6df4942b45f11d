using System.Text;
using CsCheck;
using ProxyShim.Management.Admin;
using ProxyShim.Rollout;
using ProxyShim.Tests.CustomerApi;
using ProxyShim.Tests.Settings;
using Xunit;

namespace ProxyShim.Tests.Management.Admin;

public class RolloutFormProperties
{
    private static readonly string[] s_values =
        ["\"Live\"", "\"live\"", "\"2\"", "\"Off,Live\"", "10", "10.5", "1e1", "-1", "101", "null", "[]", "[\"default\"]", "[\"\"]", "[1]", "{}", "\"\\ud800\"", "nul"];

    [Fact]
    public void Whatever_body_comes_there_is_a_rollout_within_its_bounds_or_a_word_what_is_wrong()
    {
        var bounds = Given.Settings().RolloutBounds;
        var member = Gen.Select(Gen.OneOf("mode", "percent", "partners", "callers", "Mode", "x"), Gen.OneOf(Gen.OneOf(s_values), GenJson.Text.SelectMany(GenJson.Quoted)));
        var body = Gen.OneOf(
            member.Array[0, 4].Select(members => $"{{{string.Join(',', members.Select(one => $"\"{one.Item1}\":{one.Item2}"))}}}"), GenJson.Object, GenJson.Text);
        body.Sample(
            text =>
            {
                var form = new RolloutForm(Given.Settings().Rollout, bounds);
                var plan = form.Read(Encoding.UTF8.GetBytes(text));
                return form.Wrong.Count > 0
                    ? form.Wrong.All(wrong => wrong.Write.Length > 0)
                    : Enum.IsDefined(plan.Mode) && plan.Percent is >= 0 and <= RolloutPlan.Everybody && !bounds.ProblemsOf(plan).Any();
            },
            iter: 1_000);
    }
}
