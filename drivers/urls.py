from django.urls import path

from drivers.views import claims, contracts, desk_claims, driving, expiring, register

app_name = "drivers"
urlpatterns = [
    path("me/contracts/", contracts.my_contracts, name="my_contracts"),
    path("claim/", claims.claim, name="claim"),
    path("claim/match/", claims.claim_match, name="claim_match"),
    path("claim/ask/", claims.claim_ask, name="claim_ask"),
    path("claim/let-go/", claims.let_go, name="let_go"),
    path("claim/<str:code>/", claims.claim_shown, name="claim_shown"),
    path("claim/<str:code>/withdraw/", claims.claim_withdraw, name="claim_withdraw"),
    path("claim/<str:code>/object/", claims.claim_object, name="claim_object"),
    path("desk/claims/", desk_claims.desk_claims, name="desk_claims"),
    path("desk/claims/new/", desk_claims.desk_claim_new, name="desk_claim_new"),
    path("desk/claims/confirm/", desk_claims.desk_claim_confirm, name="desk_claim_confirm"),
    path("desk/claims/code/", desk_claims.desk_claim_code, name="desk_claim_code"),
    path("desk/claims/<str:code>/", desk_claims.desk_claim, name="desk_claim"),
    path("desk/claims/<str:code>/look/", desk_claims.desk_claim_look, name="desk_claim_look"),
    path("desk/claims/<str:code>/grant/", desk_claims.desk_claim_grant, name="desk_claim_grant"),
    path("desk/claims/<str:code>/refuse/", desk_claims.desk_claim_refuse, name="desk_claim_refuse"),
    path("desk/drivers/", register.drivers, name="drivers"),
    path("desk/drivers/new/", register.new_driver, name="new_driver"),
    path("desk/drivers/<str:code>/", register.driver, name="driver"),
    path("desk/drivers/<str:code>/change/", register.change_driver, name="change_driver"),
    path("desk/drivers/<str:code>/end/", register.end_driver, name="end_driver"),
    path("desk/drivers/<str:code>/return/", register.return_driver, name="return_driver"),
    path("desk/drivers/<str:code>/show/", register.show_driver_field, name="show_driver_field"),
    path("desk/drivers/<str:code>/drives/", driving.start_driving, name="start_driving"),
    path("desk/drivers/<str:code>/lease/", driving.enter_lease, name="enter_lease"),
    path("desk/drivers/<str:code>/company/", driving.start_engagement, name="start_engagement"),
    path("desk/drivers/<str:code>/company/<str:company>/end/", driving.end_engagement, name="end_engagement"),
    path("desk/driving/<str:code>/end/", driving.end_driving, name="end_driving"),
    path("desk/vehicles/<str:code>/", driving.vehicle, name="vehicle"),
    path("desk/vehicles/<str:code>/show/", driving.show_vehicle_field, name="show_vehicle_field"),
    path("desk/expiring/", expiring.expiring, name="expiring"),
]
